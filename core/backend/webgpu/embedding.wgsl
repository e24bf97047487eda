// y[n] = W[ids[n]]; dW[v] = sum of dy[n] where ids[n] = v, in ascending n
struct Params { n: u32, c: u32 }
@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read> table: array<f32>; // in the gradient: dy
@group(0) @binding(2) var<storage, read> ids: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // in the gradient: dW

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    y[i] = table[u32(ids[i / u.c]) * u.c + i % u.c];
  }
}

// One workgroup per row of W and ROW columns. No atomics: the order is fixed.
@compute @workgroup_size(ROW)
fn gradient(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) l: u32) {
  let c = group.y * ROW + l;
  if (c >= u.c) { return; }
  var sum = 0.0;
  for (var n = 0u; n < u.n; n++) {
    if (u32(ids[n]) == group.x) { sum += table[n * u.c + c]; }
  }
  y[group.x * u.c + c] = sum;
}
