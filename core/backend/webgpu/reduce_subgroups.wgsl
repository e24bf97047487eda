// reduce for a device with subgroups: each of them adds up all numbers by itself, a
// thread every so many, which takes two barriers instead of eight. How many threads
// a subgroup has and which they are is for the device to say, so both are counted.
var<workgroup> shared_: array<f32, ROW>;

fn sum_all(l: u32, x: f32) -> f32 {
  shared_[l] = x;
  workgroupBarrier();
  let threads = subgroupAdd(1u);
  var part = 0.0;
  for (var i = subgroupExclusiveAdd(1u); i < ROW; i += threads) { part += shared_[i]; }
  let total = subgroupAdd(part);
  workgroupBarrier();
  return total;
}

fn max_all(l: u32, x: f32) -> f32 {
  shared_[l] = x;
  workgroupBarrier();
  let threads = subgroupAdd(1u);
  var top = LOWEST;
  for (var i = subgroupExclusiveAdd(1u); i < ROW; i += threads) { top = max(top, shared_[i]); }
  top = subgroupMax(top);
  workgroupBarrier();
  return top;
}
