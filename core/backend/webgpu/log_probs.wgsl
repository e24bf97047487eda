// y = logits[target] - lse, 0 where target is negative; dlogits = dy (onehot(target) - exp(logits - lse))
struct Params { n: u32, c: u32 }
@group(0) @binding(0) var<uniform> u: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

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

    if (l == 0u) {
      y[n] = 0.0;
      if (targets[n] >= 0) { y[n] = x[row + u32(targets[n])] - (top + log(total)); }
    }
  }
}

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read> target_of: array<i32>;
@group(0) @binding(4) var<storage, read> ln_p: array<f32>;
@group(0) @binding(5) var<storage, read_write> dlogits: array<f32>;

@compute @workgroup_size(ROW)
fn gradient(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    let row = n * u.c;
    let target_ = target_of[n];
    for (var c = l; c < u.c; c += ROW) {
      dlogits[row + c] = 0.0;
      if (target_ >= 0) {
        let lse = logits[row + u32(target_)] - ln_p[n];
        dlogits[row + c] = dy[n] * (select(0.0, 1.0, i32(c) == target_) - exp(logits[row + c] - lse));
      }
    }
  }
}
