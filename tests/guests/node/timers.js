// Timers, promises and the clock.
const start = performance.now();
const tenths = () => Math.round((performance.now() - start) / 100);
console.log('start');
setTimeout(() => console.log('timeout', tenths()), 1000);
let ticks = 0;
const interval = setInterval(() => {
  console.log('tick', ++ticks, tenths());
  if (ticks === 3) clearInterval(interval);
}, 700);
const cancelled = setTimeout(() => console.log('never'), 3600e3);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  await sleep(1500);
  clearTimeout(cancelled);
  const winner = await Promise.race([sleep(500).then(() => 'quick'), sleep(900).then(() => 'slow')]);
  console.log(winner, tenths());
  await Promise.all([sleep(1000), sleep(2000)]);
  const before = Date.now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  console.log('atomics', Math.round((Date.now() - before) / 100));
})();
