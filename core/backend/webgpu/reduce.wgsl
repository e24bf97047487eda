// In front of every shader where the device has no subgroups, reduce_subgroups
// where it has.
var<workgroup> shared_: array<f32, ROW>;

// sum_all and max_all combine a number of every thread l of a row's workgroup,
// in a fixed order, and give all of them the result.
fn sum_all(l: u32, x: f32) -> f32 {
  shared_[l] = x;
  for (var half = ROW / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (l < half) { shared_[l] += shared_[l + half]; }
  }
  workgroupBarrier();
  let total = shared_[0];
  workgroupBarrier();
  return total;
}

fn max_all(l: u32, x: f32) -> f32 {
  shared_[l] = x;
  for (var half = ROW / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (l < half) { shared_[l] = max(shared_[l], shared_[l + half]); }
  }
  workgroupBarrier();
  let top = shared_[0];
  workgroupBarrier();
  return top;
}
