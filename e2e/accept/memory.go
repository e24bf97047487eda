package main

import (
	"time"

	"sprout/e2e/browser"
)

// memory of PPO on sprout, policy, critic, reference and reward model together,
// in a tab that has done nothing else since it was loaded. The models before it
// have learned next to nothing, so they answer as long as they may.
func (b *bench) memory() error {
	return b.page("#/ppo?lang=en", func(p *browser.Page) error {
		type made struct{ SFT, Reward string }
		ids, err := eval[made](p, 20*time.Minute, `const trained = async options => {
				const { done } = await sprout.run({ workers: 2, ...options })
				if (await done !== 'done') throw new Error(JSON.stringify(sprout.state().problems))
				const all = await sprout.checkpoints.list()
				return all.find(c => c.stage === options.stage).id
			}
			const parent = await trained({ stage: 'pretrain', preset: 'sprout', data: 'town', seed: 1, steps: 60 })
			const sft = await trained({ stage: 'sft', parent, steps: 20 })
			const reward = await trained({ stage: 'reward', parent: sft, steps: 4 })
			return { SFT: sft, Reward: reward }`)
		if err != nil {
			return err
		}
		if err := p.Reload(); err != nil {
			return err
		}
		taken, err := eval[float64](p, 10*time.Minute, `await sprout.ready
			const { done } = await sprout.run({ stage: 'ppo', parent: `+browser.Quote(ids.SFT)+`, reward: `+browser.Quote(ids.Reward)+`, workers: 2, steps: 24, params: { eval_every: 12, sample_every: 12 } })
			if (await done !== 'done') throw new Error(JSON.stringify(sprout.state().problems))
			await new Promise(r => setTimeout(r, 500))
			return sprout.state().workers.memory / 1e6`)
		if err != nil {
			return err
		}
		b.atMost("memory of PPO on sprout", taken, 512, "MB", "wasm memory of both workers' instances after 24 steps with two measurements, in a tab loaded for it", nil)
		return nil
	})
}
