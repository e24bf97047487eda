package e2e

import (
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// course gives a tab what runs of every kind of stage need, small enough for an
// imitated GPU: short lessons, a parent that has read a little, and one that has
// learned to answer, with a reward model of its own.
const course = lessons + `
const short = i => who[i % 3] + " " + i + "?";
globalThis.talk = {name: "talk.jsonl", text: lines(40, i => ({conversations: [{role: "user", content: short(i)}, {role: "assistant", content: "The leaf."}]}))};
globalThis.pairs = {name: "pairs.jsonl", text: lines(40, i => ({prompt: short(i), chosen: "The leaf " + i + ".", rejected: "Go away."}))};
const latest = async () => (await sprout.checkpoints.list())[0].id;
globalThis.learn = async (options) => { await (await sprout.run({workers: 1, compute: "workers", ...options})).done; return latest() };
globalThis.few = (more) => ({steps: 24, batch: 2, context: 40, warmup: 2, lr: 0.003, eval_every: 24, sample_every: 1000, checkpoint_every: 1000, ...more});
globalThis.both = async (options) => {
	const seen = {};
	for (const compute of ["workers", "gpu"]) {
		const began = performance.now(), run = await sprout.run({workers: 1, seed: 5, ...options, compute});
		const how = await run.done, s = sprout.state();
		seen[compute] = {how, on: s.compute.backend, seconds: (performance.now() - began) / 1000, losses: s.metrics.map(m => m.train_loss),
			heldOut: s.metrics.at(-1).held_out_loss, reward: s.metrics.map(m => m.measures?.reward ?? 0)};
	}
	return seen;
}`

// ended is what a run came to.
type ended struct {
	How, On        string
	Seconds        float64
	Losses, Reward []float64
	HeldOut        float64
}

// One stage of each kind goes to its end on the GPU, here an imitated one, and ends
// where workers end, but for rounding. A policy draws its answers with the same random
// numbers; where rounding turns one of them, its answers are others from there on, so
// its rewards are held against each other as means.
func TestStagesEndOnWebGPUAsOnWorkers(t *testing.T) {
	if os.Getenv("SPROUT_GPU") != "all" {
		t.Skip("takes minutes where a GPU is imitated; make accept runs it")
	}
	x := newTab(t, startWith(t, imitated), origin+"/#/pretrain?lang=en", course).ready()
	x.do(slow, `globalThis.base = await learn(small({steps: 60, tokenizer: "byte", params: {context: 40}}))
		globalThis.taught = await learn({stage: "sft", parent: base, lessons: talk, params: few({steps: 60})})
		globalThis.judge = await learn({stage: "reward", parent: taught, lessons: pairs, params: few({context: 60})})`)
	const policy = "reward: judge, parent: taught, lessons: talk, params: few({context: 0, prompts: 4, epochs: 1, max_tokens: 6, target_kl: 0"
	for _, run := range []struct {
		stage, options string
		within         float64
	}{
		{"pretrain", "...small({tokenizer: 'byte', params: few({})})", 0.01},
		{"sft", "parent: base, lessons: talk, params: few({})", 0.01},
		{"lora", "parent: base, lessons: talk, params: few({lr: 0.02})", 0.01},
		{"dpo", "parent: taught, lessons: pairs, params: few({context: 60})", 0.01},
		{"distill", "teacher: taught, lessons: talk, params: few({})", 0.01},
		{"ppo", policy + "})", 0.05},
		{"grpo", policy + ", group: 2, prompts: 2})", 0.05},
	} {
		t.Run(run.stage, func(t *testing.T) {
			all := value[map[string]ended](x, 40*time.Minute, fmt.Sprintf("return await both({stage: '%s', %s})", run.stage, run.options))
			want, got := all["workers"], all["gpu"]
			require.Equal(t, []string{"done", "simd", "done", "webgpu"}, []string{want.How, want.On, got.How, got.On})
			require.Len(t, got.Losses, len(want.Losses))
			apart := 0.0
			for i, l := range want.Losses {
				apart = max(apart, math.Abs(got.Losses[i]-l)/max(math.Abs(l), 1e-2))
			}
			t.Logf("%d steps, %.0f s (workers %.1f s): held out %.6f, workers %.6f; training losses at most %.2g apart, relative; mean reward %.4f, workers %.4f",
				len(got.Losses), got.Seconds, want.Seconds, got.HeldOut, want.HeldOut, apart, mean(got.Reward), mean(want.Reward))
			assert.InDelta(t, want.HeldOut, got.HeldOut, run.within*max(math.Abs(want.HeldOut), 1))
			assert.InDelta(t, mean(want.Reward), mean(got.Reward), 0.25, "of deviations of the first answers' scores")
			if run.within < 0.05 {
				assert.Less(t, apart, run.within)
			}
		})
	}
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x / float64(len(xs))
	}
	return sum
}
