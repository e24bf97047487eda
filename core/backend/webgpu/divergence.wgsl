// Log-distributions of a row of teacher's and student's logits at temperature
// 1 / inv_t: lse is that of the scaled logits.
fn teacher_lse(l: u32, row: u32) -> f32 {
  var top = LOWEST;
  for (var c = l; c < u.c; c += ROW) { top = max(top, inv_t[0] * teacher[row + c]); }
  top = max_all(l, top);
  var part = 0.0;
  for (var c = l; c < u.c; c += ROW) { part += exp(inv_t[0] * teacher[row + c] - top); }
  return top + log(sum_all(l, part));
}

fn student_lse(l: u32, row: u32) -> f32 {
  var top = LOWEST;
  for (var c = l; c < u.c; c += ROW) { top = max(top, inv_t[0] * student[row + c]); }
  top = max_all(l, top);
  var part = 0.0;
  for (var c = l; c < u.c; c += ROW) { part += exp(inv_t[0] * student[row + c] - top); }
  return top + log(sum_all(l, part));
}
