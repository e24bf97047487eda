package protocol

// Commands maps each command's "type" to its struct and its result's struct.
// The schema generator and the tests read it; nil means no result.
var Commands = map[string][2]any{
	"journey":      {WalkJourney{}, nil},
	"journey.stop": {StopJourney{}, nil},

	"hello":               {Hello{}, Ready{}},
	"town.make":           {MakeTown{}, Dataset{}},
	"dataset.upload":      {Upload{}, Dataset{}},
	"dataset.drop":        {DropDataset{}, nil},
	"tokenizer.train":     {TrainTokenizer{}, TokenizerInfo{}},
	"tokenizer.encode":    {Encode{}, Encoded{}},
	"tokenizer.export":    {ExportTokenizer{}, nil},
	"stages.list":         {ListStages{}, Stages{}},
	"run.start":           {StartRun{}, RunInfo{}},
	"run.control":         {Control{}, RunState{}},
	"lesson":              {GetLesson{}, Lesson{}},
	"ask":                 {Ask{}, Answers{}},
	"sample":              {Sample{}, Sampled{}},
	"sample.stop":         {StopSampling{}, nil},
	"checkpoints.list":    {ListCheckpoints{}, Checkpoints{}},
	"checkpoints.rename":  {RenameCheckpoint{}, nil},
	"checkpoints.delete":  {DeleteCheckpoint{}, nil},
	"checkpoints.export":  {ExportCheckpoint{}, nil},
	"checkpoints.import":  {ImportCheckpoint{}, CheckpointInfo{}},
	"checkpoints.merge":   {MergeAdapter{}, CheckpointInfo{}},
	"checkpoints.history": {GetHistory{}, History{}},
	"checkpoints.details": {GetDetails{}, Details{}},
	"labels.candidates":   {GetCandidates{}, Candidates{}},
	"labels.add":          {AddLabel{}, Label{}},
	"labels.drop":         {DropLabels{}, nil},
	"labels.list":         {ListLabels{}, Labels{}},
	"labels.export":       {ExportLabels{}, nil},
	"labels.import":       {ImportLabels{}, ImportedLabels{}},
	"labels.use":          {UseLabels{}, Dataset{}},
	"labels.judge":        {JudgeCandidates{}, Judged{}},
	"judge":               {GetJudge{}, OutsideJudge{}},
	"judge.answer":        {AnswerJudge{}, nil},
	"arena.vote":          {Vote{}, Votes{}},
	"arena.votes":         {ListVotes{}, Votes{}},
	"arena.drop":          {DropVotes{}, Votes{}},
	"report":              {Report{}, ReportCard{}},
	"attribute":           {Attribute{}, Attribution{}},
	"beliefs":             {GetBeliefs{}, Beliefs{}},
	"evaluate":            {Evaluate{}, Evaluation{}},
	"selftest":            {SelfTest{}, SelfTestReport{}},
	"profile":             {Profile{}, StepProfile{}},
	"storage":             {GetStorage{}, StorageInfo{}},
}

// Events maps each event's "type" to its struct.
var Events = map[string]any{
	"journey": JourneyEvent{},

	"merges":   MergeEvent{},
	"metrics":  MetricsEvent{},
	"sampled":  SampleEvent{},
	"state":    StateEvent{},
	"workers":  WorkersEvent{},
	"saved":    SavedEvent{},
	"token":    TokenEvent{},
	"progress": ProgressEvent{},
	"storage":  StorageEvent{},
	"problem":  ProblemEvent{},

	"judge.asked": JudgeAskedEvent{},
}
