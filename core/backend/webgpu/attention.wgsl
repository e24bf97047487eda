// with attention_common
// y = softmax(q k^T / sqrt(d)) v over the keys from[i] ... start + i of query i,
// lse = log of the sum. Keys come in blocks counted from 0, so that a query gives
// the same bits from a cache. No score is stored (arXiv 2205.14135).
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read> start: array<i32>;
@group(0) @binding(5) var<storage, read> from_: array<i32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
@group(0) @binding(7) var<storage, read_write> lse: array<f32>;

var<workgroup> top: array<f32, BLOCK>;   // largest score of each query so far
var<workgroup> total: array<f32, BLOCK>; // sum of exp(score - top)
var<workgroup> shrink: array<f32, BLOCK>; // what earlier results are scaled by

fn first_key(b: u32, i: u32) -> i32 {
  if (u.has_from == 1u) { return from_[b * u.tq + i]; }
  return 0;
}

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u,
        @builtin(local_invocation_index) l: u32) {
  let b = group.y / u.heads;
  let h = group.y % u.heads;
  let g = h * u.kv / u.heads;
  let i0 = group.x * BLOCK;
  let d0 = group.z * SLICE;
  let begin = start[b];
  let last = begin + i32(min(i0 + BLOCK, u.tq)) - 1; // the last key that any query sees
  var first = last + 1;
  for (var i = i0; i < min(i0 + BLOCK, u.tq); i++) { first = min(first, first_key(b, i)); }

  var out: array<vec4f, 8>; // 4 queries x 8 dimensions
  if (l < BLOCK) {
    top[l] = LOWEST;
    total[l] = 0.0;
  }
  for (var j0 = (first / i32(BLOCK)) * i32(BLOCK); j0 <= last; j0 += i32(BLOCK)) {
    var score = array<vec4f, 4>(); // written out: some compilers do not set it to 0 again
    for (var c0 = 0u; c0 < u.d; c0 += BLOCK) {
      workgroupBarrier();
      for (var e = l; e < BLOCK * BLOCK; e += SIDE * SIDE) {
        let r = e / BLOCK;
        let c = c0 + e % BLOCK;
        let at = r * LINE + e % BLOCK;
        left[at] = 0.0;
        right[at] = 0.0;
        if (c < u.d && i0 + r < u.tq) { left[at] = q[place_q(b, i0 + r, h) + c]; }
        if (c < u.d && u32(j0) + r < u.tk) { right[at] = k[place_kv(b, u32(j0) + r, g) + c]; }
      }
      workgroupBarrier();
      outer(&score, id.x, id.y);
    }
    for (var r = 0u; r < 4u; r++) {
      for (var c = 0u; c < 4u; c++) {
        tile[(id.y + SIDE * r) * LINE + id.x + SIDE * c] = u.scale * score[r][c];
      }
    }
    workgroupBarrier();
    if (l < BLOCK) { // a thread per query
      let i = i0 + l;
      let to = min(begin + i32(i), j0 + i32(BLOCK) - 1) - j0;
      let from_here = max(first_key(b, min(i, u.tq - 1u)) - j0, 0);
      var high = top[l];
      for (var j = from_here; j <= to; j++) { high = max(high, tile[l * LINE + u32(j)]); }
      let less = exp(top[l] - high);
      var sum = total[l] * less;
      for (var j = 0; j < i32(BLOCK); j++) {
        var p = 0.0;
        if (j >= from_here && j <= to) { p = exp(tile[l * LINE + u32(j)] - high); }
        tile[l * LINE + u32(j)] = p;
        sum += p;
      }
      shrink[l] = less;
      top[l] = high;
      total[l] = sum;
    }
    for (var half = 0u; half < 2u; half++) {
      workgroupBarrier();
      for (var e = l; e < BLOCK * BLOCK; e += SIDE * SIDE) {
        let r = e / BLOCK;
        let c = d0 + half * BLOCK + e % BLOCK;
        right[r * LINE + e % BLOCK] = 0.0;
        if (c < u.d && u32(j0) + r < u.tk) { right[r * LINE + e % BLOCK] = v[place_kv(b, u32(j0) + r, g) + c]; }
      }
      workgroupBarrier();
      for (var r = 0u; r < 4u; r++) {
        let row = id.y + SIDE * r;
        var sum = out[2u * r + half] * shrink[row];
        for (var j = 0u; j < BLOCK; j++) {
          let at = j * LINE + id.x;
          // A key that is not seen must not count, even where it is not finite.
          let p = tile[row * LINE + j];
          if (p != 0.0) { sum += p * vec4f(right[at], right[at + SIDE], right[at + 2u * SIDE], right[at + 3u * SIDE]); }
        }
        out[2u * r + half] = sum;
      }
    }
  }
  workgroupBarrier();
  for (var r = 0u; r < 4u; r++) {
    let row = id.y + SIDE * r;
    let i = i0 + row;
    if (i >= u.tq) { continue; }
    let whole = select(1.0, total[row], total[row] > 0.0);
    for (var c = 0u; c < 8u; c++) {
      let d = d0 + id.x + SIDE * c;
      if (d < u.d) { y[place_q(b, i, h) + d] = out[2u * r + c / 4u][c % 4u] / whole; }
    }
    if (id.x == 0u && group.z == 0u) {
      lse[(b * u.heads + h) * u.tq + i] = select(0.0, top[row] + log(whole), total[row] > 0.0);
    }
  }
}
