// y = x rstd w, rstd = 1 / sqrt(mean of x^2 + eps)
// dx = rstd (dy w - xh mean of dy w xh), dw = sum of dy xh over rows, xh = x rstd
struct Params { n: u32, c: u32, extra: u32 }
@group(0) @binding(0) var<uniform> u: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> rstd: array<f32>;

@compute @workgroup_size(ROW)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    let row = n * u.c;
    var part = 0.0;
    for (var c = l; c < u.c; c += ROW) { part += x[row + c] * x[row + c]; }
    let r = 1.0 / sqrt(sum_all(l, part) / f32(u.c) + bitcast<f32>(u.extra));
    for (var c = l; c < u.c; c += ROW) { y[row + c] = x[row + c] * r * w[c]; }
    if (l == 0u) { rstd[n] = r; }
  }
}

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> gx: array<f32>;
@group(0) @binding(3) var<storage, read> gw: array<f32>;
@group(0) @binding(4) var<storage, read> r: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(ROW)
fn gradient(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    let row = n * u.c;
    var part = 0.0;
    for (var c = l; c < u.c; c += ROW) { part += dy[row + c] * gw[c] * gx[row + c] * r[n]; }
    let mean = sum_all(l, part) / f32(u.c);
    for (var c = l; c < u.c; c += ROW) {
      dx[row + c] = r[n] * (dy[row + c] * gw[c] - gx[row + c] * r[n] * mean);
    }
  }
}

@group(0) @binding(3) var<storage, read> wr: array<f32>;
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;

// dw of a stretch of rows, each thread a column; extra is its length.
@compute @workgroup_size(ROW)
fn weight(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) l: u32) {
  let c = group.x * ROW + l;
  if (c >= u.c) { return; }
  var total = 0.0;
  for (var n = group.y * u.extra; n < min(u.n, (group.y + 1u) * u.extra); n++) {
    total += dy[n * u.c + c] * gx[n * u.c + c] * wr[n];
  }
  parts[group.y * u.c + c] = total;
}
