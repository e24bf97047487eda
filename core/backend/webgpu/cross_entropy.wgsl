// losses = mask (lse - logits[target]); dlogits = dlosses mask (exp(logits - lse) - onehot(target)). Rows whose mask is 0 are not looked at.
struct Params { n: u32, c: u32 }
@group(0) @binding(0) var<uniform> u: Params;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<i32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> lse: array<f32>;

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
      losses[n] = 0.0;
      lse[n] = 0.0;
      if (mask[n] != 0.0) {
        lse[n] = top + log(total);
        losses[n] = mask[n] * (lse[n] - x[row + u32(targets[n])]);
      }
    }
  }
}

@group(0) @binding(1) var<storage, read> dlosses: array<f32>;
@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read> target_of: array<i32>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read> lse_of: array<f32>;
@group(0) @binding(6) var<storage, read_write> dlogits: array<f32>;

@compute @workgroup_size(ROW)
fn gradient(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    let row = n * u.c;
    let d = dlosses[n] * weight[n];
    for (var c = l; c < u.c; c += ROW) {
      let one = select(0.0, 1.0, i32(c) == target_of[n]);
      dlogits[row + c] = 0.0;
      if (weight[n] != 0.0) { dlogits[row + c] = d * (exp(logits[row + c] - lse_of[n]) - one); }
    }
  }
}
