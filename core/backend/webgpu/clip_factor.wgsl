// norm = sqrt(sumsq); factor = min(1, most / norm), 1 where most is not positive
struct Params { n: u32 }
@group(0) @binding(0) var<uniform> u: Params;

@group(0) @binding(1) var<storage, read> sumsq: array<f32>;
@group(0) @binding(2) var<storage, read> most: array<f32>;
@group(0) @binding(3) var<storage, read_write> factor: array<f32>;
@group(0) @binding(4) var<storage, read_write> norm: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    let length = sqrt(sumsq[0]);
    factor[0] = 1.0;
    if (most[0] > 0.0 && length > most[0]) { factor[0] = most[0] / length; }
    norm[0] = length;
  }
}
