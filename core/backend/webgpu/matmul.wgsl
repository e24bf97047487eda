// C[m, n] = sum of A[m, k] B[k, n] over k, in ascending k with one accumulator,
// whatever the tile: an element's bits depend on K alone.
struct Params { m: u32, n: u32, k: u32, trans_a: u32, trans_b: u32 }
@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

const EDGE: u32 = 16; // a workgroup has EDGE x EDGE threads and goes by EDGE along k

fn at_a(m: u32, k: u32) -> f32 {
  if (m >= u.m || k >= u.k) { return 0.0; }
  return a[select(m * u.k + k, k * u.m + m, u.trans_a == 1u)];
}

fn at_b(k: u32, n: u32) -> f32 {
  if (n >= u.n || k >= u.k) { return 0.0; }
  return b[select(k * u.n + n, n * u.k + k, u.trans_b == 1u)];
}

// 64 x 64 of C for a workgroup, 4 x 4 for a thread, 16 apart so that threads
// beside each other read and write numbers beside each other.
const LARGE: u32 = 64;
const LINE: u32 = LARGE + 1; // one more, so that columns fall into different banks
var<workgroup> part_a: array<f32, EDGE * LINE>;
var<workgroup> part_b: array<f32, EDGE * LINE>;

@compute @workgroup_size(EDGE, EDGE)
fn large(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u,
         @builtin(local_invocation_index) l: u32) {
  let m0 = group.y * LARGE;
  let n0 = group.x * LARGE;
  var c0 = vec4f();
  var c1 = vec4f();
  var c2 = vec4f();
  var c3 = vec4f();
  for (var k0 = 0u; k0 < u.k; k0 += EDGE) {
    for (var i = l; i < LARGE * EDGE; i += EDGE * EDGE) {
      // Neighbours load what lies side by side in memory.
      let far = i / EDGE;
      let near = i % EDGE;
      let long = i / LARGE;
      let wide = i % LARGE;
      if (u.trans_a == 1u) {
        part_a[long * LINE + wide] = at_a(m0 + wide, k0 + long);
      } else {
        part_a[near * LINE + far] = at_a(m0 + far, k0 + near);
      }
      if (u.trans_b == 1u) {
        part_b[near * LINE + far] = at_b(k0 + near, n0 + far);
      } else {
        part_b[long * LINE + wide] = at_b(k0 + long, n0 + wide);
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < EDGE; k++) {
      let pa = k * LINE + id.y;
      let pb = k * LINE + id.x;
      let y = vec4f(part_b[pb], part_b[pb + 16u], part_b[pb + 32u], part_b[pb + 48u]);
      c0 += part_a[pa] * y;
      c1 += part_a[pa + 16u] * y;
      c2 += part_a[pa + 32u] * y;
      c3 += part_a[pa + 48u] * y;
    }
    workgroupBarrier();
  }
  let m = m0 + id.y;
  let n = n0 + id.x;
  store(m, n, c0);
  store(m + 16u, n, c1);
  store(m + 32u, n, c2);
  store(m + 48u, n, c3);
}

fn store(m: u32, n: u32, x: vec4f) {
  if (m >= u.m) { return; }
  for (var i = 0u; i < 4u; i++) {
    if (n + 16u * i < u.n) { c[m * u.n + n + 16u * i] = x[i]; }
  }
}

// 16 x 16 of C for a workgroup, for products with few rows or columns.
var<workgroup> few_a: array<f32, EDGE * (EDGE + 1)>;
var<workgroup> few_b: array<f32, EDGE * (EDGE + 1)>;

@compute @workgroup_size(EDGE, EDGE)
fn small(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let m0 = group.y * EDGE;
  let n0 = group.x * EDGE;
  var sum = 0.0;
  for (var k0 = 0u; k0 < u.k; k0 += EDGE) {
    if (u.trans_a == 1u) {
      few_a[id.y * (EDGE + 1u) + id.x] = at_a(m0 + id.x, k0 + id.y);
    } else {
      few_a[id.x * (EDGE + 1u) + id.y] = at_a(m0 + id.y, k0 + id.x);
    }
    if (u.trans_b == 1u) {
      few_b[id.x * (EDGE + 1u) + id.y] = at_b(k0 + id.x, n0 + id.y);
    } else {
      few_b[id.y * (EDGE + 1u) + id.x] = at_b(k0 + id.y, n0 + id.x);
    }
    workgroupBarrier();
    for (var k = 0u; k < EDGE; k++) {
      sum += few_a[k * (EDGE + 1u) + id.y] * few_b[k * (EDGE + 1u) + id.x];
    }
    workgroupBarrier();
  }
  let m = m0 + id.y;
  let n = n0 + id.x;
  if (m < u.m && n < u.n) { c[m * u.n + n] = sum; }
}
