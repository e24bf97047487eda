package parallel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The first steps are the calibration; the clock here makes two workers the
// fastest by far, four a little slower than two.
func TestCalibrationKeepsTheFastest(t *testing.T) {
	weights := testWeights()
	c := crew(t, weights, 12, 0)
	c.Max = 4
	clock, took := 0.0, 0.0
	c.Now = func() float64 { // as much later at every look as a step takes
		clock += took
		return clock
	}
	g, err := NewGroup(classifier(t, weights), 12, c)
	require.NoError(t, err)
	defer g.Close()
	single, err := NewGroup(classifier(t, weights), 12, Crew{})
	require.NoError(t, err)
	defer single.Close()
	step := uint64(0)
	for ; g.Calibrating(); step++ {
		require.Less(t, step, uint64(100))
		took = map[int]float64{4: 60, 2: 59, 1: 100}[g.Workers()]
		wantGrad, _ := outcome(t, single, testBatch(12, step))
		grad, _ := outcome(t, g, testBatch(12, step))
		require.Equal(t, wantGrad, grad)
	}
	require.EqualValues(t, 3*(warmSteps+measuredSteps), step)
	require.Equal(t, 2, g.Workers())
	require.Equal(t, 0, g.Requested())
	require.Len(t, g.Calibration(), 3)
	require.InDelta(t, 10, g.Calibration()[2].StepsPerSec, 1e-9)
	require.Len(t, g.team, 1, "peers that are not needed have ended")

	again := newTuner(4, g.Calibration())
	require.False(t, again.active())
	require.Equal(t, 2, again.count(), "what is known is not measured again")
	t4 := newTuner(4, nil)
	for t4.active() {
		t4.measured(map[int]float64{4: 50, 2: 90, 1: 180}[t4.count()])
	}
	require.Equal(t, 4, t4.count())
	require.Len(t, t4.speeds, 2, "fewer than two need not be tried")
}

// Fewer workers than cores may have won because the machine was busy: a minute
// later they are measured again.
func TestCalibrationIsRepeatedWhereFewerWon(t *testing.T) {
	c := crew(t, testWeights(), 12, 0)
	c.Max = 2
	clock, took := 0.0, map[int]float64{2: 100, 1: 50}
	var g *Group
	c.Now = func() float64 { // as much later at every look as a step takes
		if g != nil {
			clock += took[g.Workers()]
		}
		return clock
	}
	g, err := NewGroup(classifier(t, testWeights()), 12, c)
	require.NoError(t, err)
	defer g.Close()
	b := testBatch(12, 1)
	compute := func() {
		_, err := g.Compute(b)
		require.NoError(t, err)
	}
	for g.Calibrating() {
		compute()
	}
	require.Equal(t, 1, g.Workers())
	took[2] = 26
	compute()
	require.False(t, g.Calibrating())
	clock += lookAgain
	compute()
	require.True(t, g.Calibrating())
	for g.Calibrating() {
		compute()
	}
	require.Equal(t, 2, g.Workers())
	clock += 2 * lookAgain
	compute()
	require.False(t, g.Calibrating(), "all cores are at work: nothing to look for")
}

// What an earlier run has found is believed for as long as what a run finds.
func TestKnownSpeedsAreBelievedForAWhile(t *testing.T) {
	c := crew(t, testWeights(), 12, 0)
	c.Max, c.Speeds = 2, []Speed{{Workers: 2, StepsPerSec: 10}, {Workers: 1, StepsPerSec: 20}}
	clock := 10.0 * lookAgain
	c.Now = func() float64 { return clock }
	g, err := NewGroup(classifier(t, testWeights()), 12, c)
	require.NoError(t, err)
	defer g.Close()
	_, err = g.Compute(testBatch(12, 1))
	require.NoError(t, err)
	require.False(t, g.Calibrating())
	require.Equal(t, 1, g.Workers())
	clock += lookAgain + 1
	_, err = g.Compute(testBatch(12, 1))
	require.NoError(t, err)
	require.True(t, g.Calibrating())
}
