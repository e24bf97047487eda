// y = exp(x) / sum of exp(x) along a row; dx = y (dy - sum of dy y)
struct Params { n: u32, c: u32 }
@group(0) @binding(0) var<uniform> u: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(ROW)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    let row = n * u.c;
    var top = LOWEST;
    for (var c = l; c < u.c; c += ROW) { top = max(top, x[row + c]); }
    top = max_all(l, top);
    var part = 0.0;
    for (var c = l; c < u.c; c += ROW) { part += exp(x[row + c] - top); }
    let total = sum_all(l, part);
    for (var c = l; c < u.c; c += ROW) { y[row + c] = exp(x[row + c] - top) / total; }
  }
}

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> p: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(ROW)
fn gradient(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    let row = n * u.c;
    var part = 0.0;
    for (var c = l; c < u.c; c += ROW) { part += dy[row + c] * p[row + c]; }
    let total = sum_all(l, part);
    for (var c = l; c < u.c; c += ROW) { dx[row + c] = p[row + c] * (dy[row + c] - total); }
  }
}
