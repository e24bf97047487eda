// y[c] = sum of x[n, c] over n, a stretch of rows by each workgroup of one
// column of groups; dx[n, c] = dy[c]
struct Params { n: u32, c: u32, chunk: u32 }
@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(ROW)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) l: u32) {
  let c = group.x * ROW + l;
  if (c >= u.c) { return; }
  var total = 0.0;
  for (var n = group.y * u.chunk; n < min(u.n, (group.y + 1u) * u.chunk); n++) { total += x[n * u.c + c]; }
  y[group.y * u.c + c] = total;
}

@compute @workgroup_size(WG)
fn gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) { y[i] = x[i % u.c]; }
}
