// y = sum of x^2. Workgroup g of several gives the sum of its stretch as y[g].
struct Params { n: u32 }
@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(ROW)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  let stretch = (u.n + groups.x - 1u) / groups.x;
  let end = min(u.n, (group.x + 1u) * stretch);
  var part = 0.0;
  for (var i = group.x * stretch + l; i < end; i += ROW) { part += x[i] * x[i]; }
  let total = sum_all(l, part);
  if (l == 0u) { y[group.x] = total; }
}
