// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
// p = p (1 - lr wd) - lr (m / bias1) / (sqrt(v / bias2) + eps): op.HyperLR and
// those after it are the places in hyper.
struct Params { n: u32, decay: u32 }
@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> m: array<f32>;
@group(0) @binding(4) var<storage, read_write> v: array<f32>;
@group(0) @binding(5) var<storage, read> hyper: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let lr = hyper[0];
  let keep = 1.0 - select(0.0, lr * hyper[4], u.decay == 1u);
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    let d = g[i] * hyper[7];
    m[i] = hyper[1] * m[i] + (1.0 - hyper[1]) * d;
    v[i] = hyper[2] * v[i] + (1.0 - hyper[2]) * d * d;
    p[i] = p[i] * keep - lr * (m[i] / hyper[5]) / (sqrt(v[i] / hyper[6]) + hyper[3]);
  }
}
