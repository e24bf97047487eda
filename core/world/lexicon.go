package world

import "strings"

// Kind of fact.
type Kind uint8

// The kinds. Friend exists in the standard town only.
const (
	Species Kind = iota
	Colour
	Job
	Home
	Food
	Friend
	numKinds
)

var kindNames = [...]string{"species", "colour", "job", "home", "food", "friend"}

func (k Kind) String() string { return kindNames[k] }

// value is one of the eight values of a kind.
type value struct {
	en, zh string
	count  string // Chinese: number and measure word (species), or the verb that goes with a food
}

func (v value) word(l Lang) string {
	if l == ZH {
		return v.zh
	}
	return v.en
}

// an is the English word with its article.
func an(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

var lexicon = [...][8]value{
	Species: {
		{"fox", "狐狸", "一只"},
		{"bear", "熊", "一头"},
		{"rabbit", "兔子", "一只"},
		{"owl", "猫头鹰", "一只"},
		{"dog", "狗", "一条"},
		{"duck", "鸭子", "一只"},
		{"horse", "马", "一匹"},
		{"mouse", "老鼠", "一只"},
	},
	Colour: {
		{"red", "红色", ""},
		{"blue", "蓝色", ""},
		{"green", "绿色", ""},
		{"yellow", "黄色", ""},
		{"white", "白色", ""},
		{"black", "黑色", ""},
		{"purple", "紫色", ""},
		{"orange", "橙色", ""},
	},
	Job: {
		{"teacher", "老师", ""},
		{"doctor", "医生", ""},
		{"painter", "画家", ""},
		{"singer", "歌手", ""},
		{"cook", "厨师", ""},
		{"gardener", "园丁", ""},
		{"writer", "作家", ""},
		{"sailor", "水手", ""},
	},
	Home: {
		{"by the river", "河边", ""},
		{"by the lake", "湖边", ""},
		{"on the hill", "山上", ""},
		{"in the forest", "森林里", ""},
		{"in the tower", "塔里", ""},
		{"under the bridge", "桥下", ""},
		{"on the island", "岛上", ""},
		{"by the sea", "海边", ""},
	},
	Food: {
		{"bread", "面包", "吃"},
		{"noodles", "面条", "吃"},
		{"soup", "汤", "喝"},
		{"honey", "蜂蜜", "吃"},
		{"rice", "米饭", "吃"},
		{"cake", "蛋糕", "吃"},
		{"apples", "苹果", "吃"},
		{"fish", "鱼", "吃"},
	},
}

// habit is what a resident may do in the evening.
type habit struct{ en, past, zh string }

func (h habit) word(l Lang) string {
	if l == ZH {
		return h.zh
	}
	return h.en
}

var habits = [...]habit{
	{"reads a book", "read a book", "看书"},
	{"drinks tea", "drank tea", "喝茶"},
	{"dances", "danced", "跳舞"},
	{"counts the stars", "counted the stars", "数星星"},
	{"writes letters", "wrote letters", "写信"},
	{"sings", "sang", "唱歌"},
	{"goes for a walk", "went for a walk", "散步"},
	{"plays chess", "played chess", "下棋"},
}
