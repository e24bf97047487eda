// y[n] = sum of x[n, c] over c; dx[n, c] = dy[n]
struct Params { n: u32, c: u32 } // in the gradient c is the number of rows
@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(ROW)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    var part = 0.0;
    for (var c = l; c < u.c; c += ROW) { part += x[n * u.c + c]; }
    let total = sum_all(l, part);
    if (l == 0u) { y[n] = total; }
  }
}

@compute @workgroup_size(WG)
fn gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) { y[i] = x[i / (u.n / u.c)]; }
}
