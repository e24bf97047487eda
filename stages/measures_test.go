package stages

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// registered holds what is told against the names that the page has words for;
// all that trains in a test is held against them.
func registered(t *testing.T, told map[string]float64) {
	t.Helper()
	for name := range told {
		require.NotEmpty(t, Measures[name], "%s is told but not registered", name)
	}
}

// Evaluations measure more than a run does on its way.
func TestMeasuresOfEvaluationsAreRegistered(t *testing.T) {
	kinds := kindsOfStages(t)
	for _, name := range []string{"sft", "lora", "reward", "simpo", "spo", "gkd"} {
		t.Run(name, func(t *testing.T) {
			x := kinds[name]
			x.Questions = 2
			e, err := startOn(t, x.Stage, x.Setup).Evaluate()
			require.NoError(t, err)
			registered(t, e.Measures)
		})
	}
}
