package stages

import (
	"fmt"

	"sprout/core/nn"
	"sprout/core/problem"
)

// studentShare is the part of its teacher's parameters that a student may have
// whose width nobody has chosen.
const studentShare = 0.35

// studentShape is a teacher's shape with other layers and another width, 0 for
// the teacher's depth and for the widest student, in steps of four channels,
// that has at most studentShare of the teacher's parameters. A head stays about
// as wide as the teacher's, queries share keys as there, and the MLP keeps its
// proportion. Problem "model_config".
func studentShape(teacher nn.Config, layers, width int) (nn.Config, error) {
	c := teacher
	if layers > 0 {
		c.Layers = layers
	}
	if width > 0 {
		c = narrowed(c, width)
		if width%2 != 0 {
			return c, problem.New("model_config", problem.Args{"field": "hidden_size", "value": fmt.Sprint(width), "want": "even"},
				"A student %d channels wide is impossible: rotary positions need an even number.", width)
		}
		return c, c.Validate()
	}
	most := studentShare * float64(teacher.ParamCount())
	best := narrowed(c, 4)
	for w := 8; w < c.Channels; w += 4 {
		if next := narrowed(c, w); float64(next.ParamCount()) <= most {
			best = next
		}
	}
	return best, best.Validate()
}

// narrowed is a shape with so many channels.
func narrowed(c nn.Config, width int) nn.Config {
	queries := c.Heads / c.KVHeads
	heads := max(1, (width+c.HeadDim()/2)/c.HeadDim())
	for width%heads != 0 || width/heads%2 != 0 && heads > 1 {
		heads--
	}
	c.Hidden = max(4, (c.Hidden*width/c.Channels+2)/4*4)
	c.Channels, c.Heads, c.KVHeads = width, heads, heads
	if heads%queries == 0 {
		c.KVHeads = heads / queries
	}
	return c
}

// studentParams are the settings of a student's shape.
func studentParams() []Param {
	return []Param{
		{
			Key: "layers", Symbol: `n_{layer}`, Default: 0, Min: 0, Max: 64, Integer: true,
			DocEN: "Layers of the student. 0 takes as many as the teacher has.",
			DocZH: "学生模型的层数。0 表示与老师相同。",
		},
		{
			Key: "width", Symbol: `C`, Default: 0, Min: 0, Max: 1024, Integer: true, Unit: "channels",
			DocEN: "Width of the student, an even number; heads and MLP follow. 0 takes the widest that has at most 35 % of the teacher's parameters.",
			DocZH: "学生模型的宽度（偶数），注意力头与前馈层随之而定。0 表示取参数量不超过老师 35% 的最大宽度。",
		},
	}
}

// teacherParam is the switch of the comparison.
func teacherParam() Param {
	return Param{
		Key: "teacher", Symbol: `P`, Default: 1,
		DocEN: "Without it the same student learns from the same sequences alone: what the teacher adds is the difference.",
		DocZH: "关掉之后，同样的学生只学同样的文本。两者之差就是老师的作用。",
	}.choosing([2]string{"without it", "不用老师"}, [2]string{"learns from it", "向老师学"})
}
