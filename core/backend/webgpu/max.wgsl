// z = max(x, y); equal numbers share the gradient, y repeated
struct Params { n: u32, n_x: u32, n_y: u32, n_b: u32 }
@group(0) @binding(0) var<uniform> u: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> z: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    let v = y[i % u.n_y];
    z[i] = max(x[i], v);
  }
}

@group(0) @binding(1) var<storage, read> dz: array<f32>;
@group(0) @binding(2) var<storage, read> gx: array<f32>;
@group(0) @binding(3) var<storage, read> gy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<storage, read_write> dyx: array<f32>;

@compute @workgroup_size(WG)
fn gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    let v = gy[i % u.n_b];
    var share = select(0.0, 1.0, gx[i] > v);
    if (gx[i] == v) { share = 0.5; }
    dx[i] = dz[i] * share;
    dyx[i] = dz[i] * (1.0 - share);
  }
}
