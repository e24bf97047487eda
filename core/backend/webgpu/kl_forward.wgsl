// with divergence
// y = sum of p (ln p - ln q), p the teacher, q the student; dstudent = dy inv_t (q - p)
struct Params { n: u32, c: u32 }
@group(0) @binding(0) var<uniform> u: Params;

@group(0) @binding(1) var<storage, read> teacher: array<f32>;
@group(0) @binding(2) var<storage, read> student: array<f32>;
@group(0) @binding(3) var<storage, read> inv_t: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(ROW)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    let row = n * u.c;
    let lt = teacher_lse(l, row);
    let ls = student_lse(l, row);
    var part = 0.0;
    for (var c = l; c < u.c; c += ROW) {
      let ln_p = inv_t[0] * teacher[row + c] - lt;
      let ln_q = inv_t[0] * student[row + c] - ls;
      part += exp(ln_p) * (ln_p - ln_q);
    }
    let total = sum_all(l, part);
    if (l == 0u) { y[n] = total; }
  }
}

@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dstudent: array<f32>;

@compute @workgroup_size(ROW)
fn gradient(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) l: u32) {
  for (var n = group.x; n < u.n; n += groups.x) {
    let row = n * u.c;
    let lt = teacher_lse(l, row);
    let ls = student_lse(l, row);
    for (var c = l; c < u.c; c += ROW) {
      let ln_p = inv_t[0] * teacher[row + c] - lt;
      let ln_q = inv_t[0] * student[row + c] - ls;
      dstudent[row + c] = dy[n] * inv_t[0] * (exp(ln_q) - exp(ln_p));
    }
  }
}
