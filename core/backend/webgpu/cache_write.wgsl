// cache[b, start[b] + i] = x[b, i]
struct Params { n: u32, t: u32, t_max: u32, c: u32 }
@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read_write> cache: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> start: array<i32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    let row = i / u.c;
    let b = row / u.t;
    let at = u32(start[b]) + row % u.t;
    if (at < u.t_max) { cache[(b * u.t_max + at) * u.c + i % u.c] = x[i]; }
  }
}
