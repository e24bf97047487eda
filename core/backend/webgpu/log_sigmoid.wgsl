// y = min(x, 0) - ln(1 + exp(-|x|)); dx = dy sigma(-x)
struct Params { n: u32 }
@group(0) @binding(0) var<uniform> u: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    let e = exp(-abs(x[i]));
    // ln(1 + e) is e where 1 + e has lost it.
    y[i] = min(x[i], 0.0) - select(log(1.0 + e), e, e < 1e-4);
  }
}

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> at: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WG)
fn gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    dx[i] = dy[i] * sigma(-at[i]);
  }
}
