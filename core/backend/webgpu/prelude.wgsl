// What every shader begins with. WG: threads of a workgroup that goes through a
// tensor element by element; ROW: of one that shares a row.
override WG: u32 = 256;
override ROW: u32 = 64;

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

const LOWEST: f32 = -3.4e38;

fn sigma(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}
