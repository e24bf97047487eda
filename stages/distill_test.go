package stages

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// Inputs of an objective of distillation, in this order.
const (
	inTeacher = iota
	inStudent
	inNext
	inMask
)

func distilling(d divergence, alpha, T float64) objective {
	return func(t *autograd.Tape, k *constants, in []tensor.Tensor) tensor.Tensor {
		all, _ := distillLoss(t, k, d, in[inTeacher], in[inStudent], in[inNext], in[inMask], alpha, T)
		return all
	}
}

func gkd(beta, T float64) objective {
	return func(t *autograd.Tape, k *constants, in []tensor.Tensor) tensor.Tensor {
		all, _ := gkdLoss(t, k, in[inTeacher], in[inStudent], in[inMask], beta, T)
		return all
	}
}

var (
	lectured = []data{rowsOf(3, 2, 0, -2), rowsOf(3, 1, 0, -1), ids(1), column(1)}
	noted    = []data{rowsOf(7, drawn(1, 35, 1.5)...), rowsOf(7, drawn(2, 35, 1.5)...), ids(0, 6, 3, 3, 1), column(1, 0, 1, 1, 0)}
)

func TestKnowledgeDistillation(t *testing.T) {
	for T, want := range map[float64][2]float64{
		1:  {0.11561142816534886, 0.1601152814510778},
		2:  {0.24107558999829942, 0.2690318395509705},
		10: {0.3286623540605542, 0.33030048194364403},
	} {
		both(t, want[0], distilling(forwardKL{}, 0, T), lectured, T)
		both(t, want[1], distilling(reverseKL{}, 0, T), lectured, T)
	}
	// Half of each: CE of the second word is 1.4076 with logits 1, 0, −1.
	ce := math.Log(math.E + 1 + 1/math.E)
	both(t, 0.3*ce+0.7*0.24107558999829942, distilling(forwardKL{}, 0.3, 2), lectured)
	// Ever hotter it is half the variance of the logits' differences 1, 0, −1.
	for _, d := range []divergence{forwardKL{}, reverseKL{}} {
		require.InDelta(t, 1.0/3, exact(t, distilling(d, 0, 1e4), lectured).values()[0], 1e-4)
	}
}

// α = 1 is SFT to the last bit, whatever the teacher says.
func TestDistillationWithoutATeacherIsSFT(t *testing.T) {
	plain := func(t *autograd.Tape, _ *constants, in []tensor.Tensor) tensor.Tensor {
		return nextTokenLoss(t, in[inStudent], in[inNext], in[inMask])
	}
	want, got := exact(t, plain, noted, inStudent), exact(t, distilling(reverseKL{}, 1, 3), noted, inStudent)
	require.Equal(t, want.values(), got.values())
	require.Equal(t, want.gradient(inStudent), got.gradient(inStudent))
}

// A student that thinks as its teacher has nothing to learn, even where its
// logits differ by a constant.
func TestEqualStudentsLearnNothing(t *testing.T) {
	same := append([]data{}, noted...)
	same[inStudent] = rowsOf(7, append([]float64{}, noted[inTeacher].f...)...)
	for i := range 7 {
		same[inStudent].f[i] += 2.5
	}
	for name, f := range map[string]objective{
		"forward": distilling(forwardKL{}, 0, 2), "reverse": distilling(reverseKL{}, 0, 2), "jsd": gkd(0.3, 1),
	} {
		p := exact(t, f, same, inStudent)
		require.InDelta(t, 0, p.values()[0], 1e-12, name)
		for _, g := range p.gradient(inStudent) {
			require.InDelta(t, 0, g, 1e-12, name)
		}
	}
}

func TestDistillationGradients(t *testing.T) {
	for name, f := range map[string]objective{
		"forward": distilling(forwardKL{}, 0.4, 2), "reverse": distilling(reverseKL{}, 0.4, 0.5), "jsd": gkd(0.3, 1), "jsd hot": gkd(0.8, 2),
	} {
		p := exact(t, f, noted, inStudent)
		p.checkGradients(name)
		require.Equal(t, make([]float64, 7), p.gradient(inStudent)[7:14], "%s: a masked row is not touched", name)
		// Prompt and padding may say anything.
		other := append([]data{}, noted...)
		other[inStudent] = rowsOf(7, append([]float64{}, noted[inStudent].f...)...)
		other[inNext] = ids(0, 2, 3, 3, 5)
		copy(other[inStudent].f[7:14], drawn(8, 7, 20))
		copy(other[inStudent].f[28:], drawn(9, 7, 20))
		require.Equal(t, p.values(), exact(t, f, other).values(), name)
	}
}

// The forward KL covers what the teacher might say; the reverse one keeps to a
// part of it. A student that can only have one peak is pulled the other way.
func TestDirectionsOfKL(t *testing.T) {
	two := []data{rowsOf(3, 4, -4, 4), rowsOf(3, 4, 0, 0), ids(0), column(1)}
	forward := exact(t, distilling(forwardKL{}, 0, 1), two, inStudent).gradient(inStudent)
	reverse := exact(t, distilling(reverseKL{}, 0, 1), two, inStudent).gradient(inStudent)
	require.Less(t, forward[2], -0.4, "the peak that is missing")
	require.Greater(t, reverse[1], 0.05, "the word that the teacher would not say")
	require.Less(t, math.Abs(reverse[2]), 0.1)
}

func TestGKD(t *testing.T) {
	both(t, 0.03243338141162023, gkd(0.5, 1), lectured)
	both(t, 0.010607043150640556, gkd(0.1, 1), lectured)
	swapped := append([]data{}, noted...)
	swapped[inTeacher], swapped[inStudent] = noted[inStudent], noted[inTeacher]
	near(t, exact(t, gkd(0.5, 1), noted).values()[0], exact(t, gkd(0.5, 1), swapped).values()[0], "symmetric at ½")
	near(t, exact(t, gkd(0.2, 1), noted).values()[0], exact(t, gkd(0.8, 1), swapped).values()[0], "and mirrored elsewhere")
	// Never more than ln 2, reached where the two have nothing in common.
	both(t, math.Ln2, gkd(0.5, 1), []data{rowsOf(2, 200, 0), rowsOf(2, 0, 200), ids(0), column(1)})
	require.Less(t, exact(t, gkd(0.5, 1), noted).values()[0], 3*math.Ln2)
	// T divides the logits of both and multiplies nothing.
	cool := append([]data{}, noted...)
	for _, i := range []int{inTeacher, inStudent} {
		cool[i] = rowsOf(7, append([]float64{}, noted[i].f...)...)
		for j := range cool[i].f {
			cool[i].f[j] /= 2
		}
	}
	near(t, exact(t, gkd(0.3, 1), cool).values()[0], exact(t, gkd(0.3, 2), noted).values()[0])
	// At its ends it turns into the KL divergences, divided by β and by 1 − β.
	kl := func(d divergence) float64 { return exact(t, distilling(d, 0, 1), noted).values()[0] }
	require.InDelta(t, kl(forwardKL{}), exact(t, gkd(1e-4, 1), noted).values()[0]/1e-4, 5e-3)
	require.InDelta(t, kl(reverseKL{}), exact(t, gkd(1-1e-4, 1), noted).values()[0]/1e-4, 5e-3)
}

// Endings that lie further apart than a float64 can tell as a ratio are measured like
// all others.
func TestHabitKLOfFarEndings(t *testing.T) {
	g := &studentGauge{longest: 3, habits: []habitCloze{{
		cloze{endings: [][]int32{{4, 5}, {4, 6}, {4, 7}}, common: 1}, []float64{0.5, 0.25, 0.25},
	}}}
	nats := []float32{2000, 1000, 3}
	got, err := g.habitKL(func(b *parallel.Batch, part func(first int, losses []float32)) error {
		for row, x := range nats {
			part(row, []float32{x, 0, 0})
		}
		return nil
	})
	require.NoError(t, err)
	near(t, 0.5*(math.Log(0.5)+1997)+0.25*(math.Log(0.25)+997)+0.25*math.Log(0.25), got)
}
