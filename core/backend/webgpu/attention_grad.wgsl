// with attention_common
// p = exp(q k^T / sqrt(d) - lse), dv = p^T dy, ds = p (dy v^T - sum of dy y) / sqrt(d),
// dq = ds k, dk = ds^T q. Scores are computed again, in both passes.
@group(0) @binding(1) var<storage, read> dy: array<f32>;

// First, what a query's row needs: (lse, sum of dy y, first key, last key).
struct Prepare {
  n: u32, tq: u32, tk: u32, d: u32, heads: u32, kv: u32, has_from: u32, scale: f32,
}
@group(0) @binding(0) var<uniform> pre: Prepare;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read> lse: array<f32>;
@group(0) @binding(4) var<storage, read> start_of: array<i32>;
@group(0) @binding(5) var<storage, read> from_: array<i32>;
@group(0) @binding(6) var<storage, read_write> queries_out: array<vec4f>;

@compute @workgroup_size(WG)
fn prepare(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var n = id.x; n < pre.n; n += groups.x * WG) {
    let i = n % pre.tq;
    let h = (n / pre.tq) % pre.heads;
    let b = n / (pre.tq * pre.heads);
    let at = ((b * pre.tq + i) * pre.heads + h) * pre.d;
    var sum = 0.0;
    for (var d = 0u; d < pre.d; d++) { sum += dy[at + d] * y[at + d]; }
    var first = 0;
    if (pre.has_from == 1u) { first = from_[b * pre.tq + i]; }
    queries_out[n] = vec4f(lse[n], sum, f32(first), f32(start_of[b] + i32(i)));
  }
}

@group(0) @binding(2) var<storage, read> q: array<f32>;
@group(0) @binding(3) var<storage, read> k: array<f32>;
@group(0) @binding(4) var<storage, read> v: array<f32>;
@group(0) @binding(5) var<storage, read> queries: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> dq: array<f32>;

// scores gives 4 x 4 of p and of ds for the tile at query i0, key j0.
struct Scores { p: array<vec4f, 4>, ds: array<vec4f, 4> }

fn scores(b: u32, h: u32, g: u32, i0: u32, j0: u32, x: u32, y_: u32) -> Scores {
  let l = y_ * SIDE + x;
  var s: array<vec4f, 4>;
  var dp: array<vec4f, 4>;
  for (var c0 = 0u; c0 < u.d; c0 += BLOCK) {
    workgroupBarrier();
    for (var e = l; e < BLOCK * BLOCK; e += SIDE * SIDE) {
      let r = e / BLOCK;
      let c = c0 + e % BLOCK;
      let at = r * LINE + e % BLOCK;
      left[at] = 0.0;
      right[at] = 0.0;
      if (c < u.d && i0 + r < u.tq) { left[at] = q[place_q(b, i0 + r, h) + c]; }
      if (c < u.d && j0 + r < u.tk) { right[at] = k[place_kv(b, j0 + r, g) + c]; }
    }
    workgroupBarrier();
    outer(&s, x, y_);
    workgroupBarrier();
    for (var e = l; e < BLOCK * BLOCK; e += SIDE * SIDE) {
      let r = e / BLOCK;
      let c = c0 + e % BLOCK;
      let at = r * LINE + e % BLOCK;
      left[at] = 0.0;
      right[at] = 0.0;
      if (c < u.d && i0 + r < u.tq) { left[at] = dy[place_q(b, i0 + r, h) + c]; }
      if (c < u.d && j0 + r < u.tk) { right[at] = v[place_kv(b, j0 + r, g) + c]; }
    }
    workgroupBarrier();
    outer(&dp, x, y_);
  }
  var out: Scores;
  for (var r = 0u; r < 4u; r++) {
    let i = i0 + y_ + SIDE * r;
    let row = queries[(b * u.heads + h) * u.tq + min(i, u.tq - 1u)];
    for (var c = 0u; c < 4u; c++) {
      let j = f32(j0 + x + SIDE * c);
      if (i < u.tq && row.z <= j && j <= row.w) {
        let p = exp(u.scale * s[r][c] - row.x);
        out.p[r][c] = p;
        out.ds[r][c] = u.scale * p * (dp[r][c] - row.y);
      }
    }
  }
  return out;
}

@compute @workgroup_size(SIDE, SIDE)
fn dq_(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u,
       @builtin(local_invocation_index) l: u32) {
  let b = group.y / u.heads;
  let h = group.y % u.heads;
  let g = h * u.kv / u.heads;
  let i0 = group.x * BLOCK;
  let d0 = group.z * SLICE;
  let rows = (b * u.heads + h) * u.tq;
  let last = u32(queries[rows + min(i0 + BLOCK, u.tq) - 1u].w);
  var first = f32(last);
  for (var i = i0; i < min(i0 + BLOCK, u.tq); i++) { first = min(first, queries[rows + i].z); }

  var out: array<vec4f, 8>;
  for (var j0 = u32(first) / BLOCK * BLOCK; j0 <= last; j0 += BLOCK) {
    let s = scores(b, h, g, i0, j0, id.x, id.y);
    for (var r = 0u; r < 4u; r++) {
      for (var c = 0u; c < 4u; c++) { tile[(id.y + SIDE * r) * LINE + id.x + SIDE * c] = s.ds[r][c]; }
    }
    for (var half = 0u; half < 2u; half++) {
      workgroupBarrier();
      for (var e = l; e < BLOCK * BLOCK; e += SIDE * SIDE) {
        let r = e / BLOCK;
        let c = d0 + half * BLOCK + e % BLOCK;
        right[r * LINE + e % BLOCK] = 0.0;
        if (c < u.d && j0 + r < u.tk) { right[r * LINE + e % BLOCK] = k[place_kv(b, j0 + r, g) + c]; }
      }
      workgroupBarrier();
      for (var r = 0u; r < 4u; r++) {
        for (var j = 0u; j < BLOCK; j++) {
          let at = j * LINE + id.x;
          out[2u * r + half] += tile[(id.y + SIDE * r) * LINE + j]
            * vec4f(right[at], right[at + SIDE], right[at + 2u * SIDE], right[at + 3u * SIDE]);
        }
      }
    }
  }
  for (var r = 0u; r < 4u; r++) {
    let i = i0 + id.y + SIDE * r;
    if (i >= u.tq) { continue; }
    for (var c = 0u; c < 8u; c++) {
      let d = d0 + id.x + SIDE * c;
      if (d < u.d) { dq[place_q(b, i, h) + d] = out[2u * r + c / 4u][c % 4u]; }
    }
  }
}

@group(0) @binding(6) var<storage, read> start: array<i32>;
@group(0) @binding(7) var<storage, read_write> dk: array<f32>;
@group(0) @binding(8) var<storage, read_write> dv: array<f32>;

// Adds the tile, transposed, times the 32 x 64 numbers of queries that x gives.
fn transposed(out: ptr<function, array<vec4f, 8>>, half: u32, x: u32, y_: u32) {
  for (var r = 0u; r < 4u; r++) {
    for (var i = 0u; i < BLOCK; i++) {
      let at = i * LINE + x;
      out[2u * r + half] += tile[i * LINE + y_ + SIDE * r]
        * vec4f(right[at], right[at + SIDE], right[at + 2u * SIDE], right[at + 3u * SIDE]);
    }
  }
}

@compute @workgroup_size(SIDE, SIDE)
fn dkv(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u,
       @builtin(local_invocation_index) l: u32) {
  let b = group.y / u.kv;
  let g = group.y % u.kv;
  let j0 = group.x * BLOCK;
  let d0 = group.z * SLICE;
  let share = u.heads / u.kv;
  // Query i sees no key beyond start + i.
  let first = u32(max(i32(j0) - start[b], 0)) / BLOCK * BLOCK;

  var out_k: array<vec4f, 8>;
  var out_v: array<vec4f, 8>;
  for (var h = g * share; h < (g + 1u) * share; h++) {
    for (var i0 = first; i0 < u.tq; i0 += BLOCK) {
      let s = scores(b, h, g, i0, j0, id.x, id.y);
      for (var r = 0u; r < 4u; r++) {
        for (var c = 0u; c < 4u; c++) { tile[(id.y + SIDE * r) * LINE + id.x + SIDE * c] = s.p[r][c]; }
      }
      for (var half = 0u; half < 2u; half++) {
        workgroupBarrier();
        for (var e = l; e < BLOCK * BLOCK; e += SIDE * SIDE) {
          let r = e / BLOCK;
          let c = d0 + half * BLOCK + e % BLOCK;
          right[r * LINE + e % BLOCK] = 0.0;
          if (c < u.d && i0 + r < u.tq) { right[r * LINE + e % BLOCK] = dy[place_q(b, i0 + r, h) + c]; }
        }
        workgroupBarrier();
        transposed(&out_v, half, id.x, id.y);
      }
      workgroupBarrier();
      for (var r = 0u; r < 4u; r++) {
        for (var c = 0u; c < 4u; c++) { tile[(id.y + SIDE * r) * LINE + id.x + SIDE * c] = s.ds[r][c]; }
      }
      for (var half = 0u; half < 2u; half++) {
        workgroupBarrier();
        for (var e = l; e < BLOCK * BLOCK; e += SIDE * SIDE) {
          let r = e / BLOCK;
          let c = d0 + half * BLOCK + e % BLOCK;
          right[r * LINE + e % BLOCK] = 0.0;
          if (c < u.d && i0 + r < u.tq) { right[r * LINE + e % BLOCK] = q[place_q(b, i0 + r, h) + c]; }
        }
        workgroupBarrier();
        transposed(&out_k, half, id.x, id.y);
      }
    }
  }
  for (var r = 0u; r < 4u; r++) {
    let j = j0 + id.y + SIDE * r;
    if (j >= u.tk) { continue; }
    for (var c = 0u; c < 8u; c++) {
      let d = d0 + id.x + SIDE * c;
      if (d < u.d) {
        let at = place_kv(b, j, g) + d;
        dk[at] = out_k[2u * r + c / 4u][c % 4u];
        dv[at] = out_v[2u * r + c / 4u][c % 4u];
      }
    }
  }
}
