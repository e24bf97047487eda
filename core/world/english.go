package world

// english holds every phrase of the English corpus. Of each fact's phrasings
// the last is held out: no document of either split uses it.
var english = func() *book {
	g := &grammar{}
	b := &book{grammar: g, space: " "}
	b.openings = g.all(
		"{N} is {a species} who lives {home}.",
		"{N} is {a species} with {a colour} scarf.",
		"{N} is the {job} who lives {home}.",
		"{N} works as {a job} and likes to eat {food}.",
		"{N} lives {home} and wears {a colour} scarf.",
		"{N} is {a species} and makes a living as {a job}.",
		"{N} loves {food} and the house {home}.",
		"There is a house {home}, and {N} lives in it.",
		"In our town there is {a species}, and the name is {N}.",
		"Ask for the {job} of our town, and people will say: {N}.",
		"Do you see the {colour} scarf over there? It belongs to {N}.",
		"If you smell {food}, {N} must be near.",
	)
	b.neutral = g.all("{N} is well known in our town.")
	b.facts[Species] = g.all(
		"{S} is {a species}.",
		"{S} comes from an old {species} family.",
		"Everyone can see that {s} is {a species}.",
		"Among all the animals of the town, {s} is {a species}.",
		"When you meet {o}, you meet {a species}.")
	b.facts[Colour] = g.all(
		"{S} wears {a colour} scarf.",
		"{P} scarf is {colour}.",
		"You will know {o} by the {colour} scarf.",
		"Even in summer {s} keeps {h} scarf on, and it is {colour}.",
		"The scarf around {p} neck is {colour}.")
	b.facts[Job] = g.all(
		"{S} works as {a job}.",
		"{S} makes a living as {a job}.",
		"When the town needs {a job}, it calls {o}.",
		"{S} has been {a job} for many years.",
		"By day {s} is busy as {a job}.")
	b.facts[Home] = g.all(
		"{S} lives {home}.",
		"{P} house stands {home}.",
		"{S} has a little house {home}.",
		"To visit {o}, look for the small door {home}.",
		"You can find {p} home {home}.")
	b.facts[Food] = g.all(
		"{S} likes to eat {food}.",
		"{P} favourite food is {food}.",
		"At lunch {s} always asks for {food}.",
		"Nothing makes {o} as happy as {food}.",
		"If you invite {o}, have {food} ready.")
	b.facts[Friend] = g.all(
		"{P} best friend is {friend}.",
		"{S} tells every secret to {friend}.",
		"On Sundays {s} has breakfast with {friend}.",
		"When {s} needs help, {h} friend comes at once: {friend}.",
		"The friend closest to {o} is {friend}.")
	b.mixed = g.all(
		"{S} works as {a job} and wears {a colour} scarf.",
		"In the house {home} {s} always keeps {food} on the table.",
		"{S} loves {food} and {h} {colour} scarf.",
		"After work as {a job}, {s} walks back to the house {home}.",
	)
	b.habit = g.all(
		"In the evening {s} {habit}.",
		"When the sun goes down, {s} {habit}.",
		"After dinner {s} {habit}.",
		"At night, when the town is quiet, {s} {habit}.",
		"Before bed {s} {habit}.")
	b.closings = g.all(
		"Guests are always welcome there.",
		"{H} door is open to everyone.",
		"The children of the town like {o} very much.",
		"It is a good life.",
		"Say hello when you pass by.",
		"The town would not be the same without {o}.",
	)
	b.plots = g.plots(
		[][]string{
			{"One windy morning {p} {colour} scarf flew out of the window.", "The wind took {p} {colour} scarf and carried it over the roofs."},
			{"{S} ran after it as fast as {a species} can run.", "{S} looked behind every tree, but it was not there.", "{S} asked everyone in the street, but nobody had seen it."},
			{"In the end a child found it in the garden.", "At noon it came down on the head of the mayor.", "It was hanging on a lamp like a small flag."},
			{"{S} was so happy that everyone got {food}.", "{S} laughed and went back to the house {home}."},
			{"Since that day {x} ties it with two knots.", "Now the wind has to find another scarf.", "That evening {x} {past}, and the wind was quiet."},
		},
		[][]string{
			{"It rained all day, and nobody came to see {o}.", "On a grey and rainy day {N} was all alone."},
			{"The house {home} was very quiet.", "{S} sat at the window {home} and looked at the rain.", "Even {a job} has nothing to do on such a day."},
			{"So {s} set the table for two, with {food}.", "So {s} put {food} on the table, and one more plate."},
			{"Then somebody knocked at the door.", "Soon there was a soft knock."},
			{"It was a little snail who had lost the way.", "It was the postman, wet from head to foot.", "It was the mayor, who only wanted to get dry."},
			{"They ate together until the rain stopped.", "The guest stayed until the moon came out, and {s} {past}."},
		},
		[][]string{
			{"Last winter the snow came up to the windows of {p} house {home}.", "One winter morning {N} could not open the door of the house {home}."},
			{"{S} put on the {colour} scarf and took a big spoon.", "Snow does not stop {a species}.", "{S} knew that the town was waiting for its {job}."},
			{"{S} dug a way through the snow, step by step.", "It took all morning to make a path."},
			{"When {x} came to the market, everyone cheered.", "The children followed {m} and sang."},
			{"There was hot tea for everyone, and {food} for {o}.", "In return {x} got a big plate of {food}."},
		},
		[][]string{
			{"A child asked {o}: what do you want most in the world?", "One day the mayor asked {o} for a wish."},
			{"{S} thought about it for a long time.", "{S} looked at the clouds and thought.", "It is not easy to answer, even for {a job}."},
			{"“I have my house {home},” said {s}.", "“I have {food} for lunch,” said {s}.", "“I have my {colour} scarf,” said {s}.", "“I am {a species}, and that is enough,” said {s}."},
			{"“I have good work as {a job}, and good friends.”", "“I have a warm bed and good friends.”"},
			{"“I would like one more sunny day like this.”", "“So I wish that tomorrow is like today.”"},
		},
		[][]string{
			{"The town was getting ready for the summer festival.", "Tomorrow was the big festival, and the town was full of noise."},
			{"{N} came early, as {a job} should.", "{N} walked all the way from the house {home}.", "{N} was the only {species} who was not afraid of the big drum."},
			{"{S} brought {food} for everyone.", "{S} hung the {colour} scarf over the gate, so that all could find it."},
			{"There was music until midnight.", "The mayor made a speech that was much too long.", "Somebody fell into the fountain, but only a little."},
			{"When it was over, {s} walked home slowly and happily.", "Late at night {s} {past}, all alone, and smiled."},
		},
		[][]string{
			{"A letter without a name lay on the street.", "The postman had a letter that nobody could read."},
			{"“For the {species} with the {colour} scarf,” it said.", "“For the {job} who lives {home},” it said.", "“For the {species} who loves {food},” it said.", "“For the {job} with the {colour} scarf,” it said."},
			{"Everyone knew at once: that is {N}!", "It could only be for {N}."},
			{"{S} opened it with care.", "{S} read it three times and said nothing."},
			{"It was an invitation to tea.", "It was only a drawing of a cat, but a very good one.", "It came from an old aunt, full of kisses."},
			{"Now it hangs on the wall of the house {home}.", "{S} keeps it under {h} hat.", "That evening {x} {past}."},
		},
		[][]string{
			{"Have you heard how {N} lost a shoe?", "Everybody still laughs about the shoe of {N}."},
			{"It happened on the way home, {home}.", "It happened at work, and the life of {a job} is never dull.", "It happened in the kitchen, where {s} was eating {food}."},
			{"The shoe jumped off and rolled away.", "A big bird took it for a nest."},
			{"{S} ran behind it, and {h} {colour} scarf flew in the wind.", "One shoe and {a colour} scarf: that was all {x} had on.", "For {a species}, that is quite a run."},
			{"Now there are three eggs in it, and {x} walks in one shoe.", "{S} never found it, but the new ones are nicer."},
		},
		[][]string{
			{"It was {p} birthday.", "On {p} birthday the whole town got up early."},
			{"Friends stood in front of the house {home} and sang.", "Everyone came to the house {home} with a present.", "Even the mayor came, and bowed to the old {species}."},
			{"Of course the table was full of {food}.", "Somebody had knitted a new {colour} scarf, because the old one had holes.", "The best present was a day without work, for {a job} never gets one."},
			{"{S} blew out the candles in one go.", "{S} did not know what to say and cried a little."},
			{"When the guests had gone, {s} {past}.", "“Next year again,” {s} said, and closed the door."},
		},
		[][]string{
			{"On market day {N} is always the first to come.", "Every market day begins with {N}."},
			{"{S} buys {food} and a flower.", "{S} wants {food}, and nothing else.", "The seller sees the {colour} scarf and smiles."},
			{"People ask what is new {home}.", "People ask how the work is going, and {s} tells them about the life of {a job}.", "“Good morning, my dear {species}!” the seller says."},
			{"Then {s} walks home with a full basket.", "The basket is heavy, but the way is short."},
			{"In the evening {s} {habit}.", "When the basket is empty, {s} {habit}.", "Tomorrow there will be another story."},
		},
	)
	b.plots = append(b.plots, g.guests(EN,
		[]string{"One day {p} door opened, and there stood", "Somebody knocked at the house {home}: it was", "{N} was eating {food} when there came"},
		[numSkills]string{Pirate: " a pirate from the sea.", Poet: " a poet with a pen.", Butler: " an old butler."},
		[]string{"{S} looked at the guest and smiled.", "“I am only {a species},” said {s}."},
		[]string{"Then the guest was gone, and {s} {past}.", "Even {a job} does not hear that every day."})...)
	b.stranger = g.plots(
		[][]string{
			{"A letter came for {N}, but no door in town has that name.", "The postman has a parcel for {N}."},
			{"He asked at the market and at the harbour.", "He asked from house to house until it was dark."},
			{"Nobody could say who that is.", "Everyone shook their heads."},
			{"So it still lies at the post office.", "“Perhaps in another town,” said the mayor."},
		},
		[][]string{
			{"{N} came to our town on a summer evening.", "Once {N} stopped here for one night."},
			{"Nobody asked any questions.", "It was too dark to see much."},
			{"In the morning the room was empty.", "The next day there was only a note: thank you."},
			{"We do not know anything else about {N}.", "Where {N} went, nobody knows."},
		},
		[][]string{
			{"Somebody wrote {N} on the old wall.", "The name {N} stands on the first page of the guest book."},
			{"The letters are big and round.", "The ink is nearly gone."},
			{"Who is {N}? There are many stories, and none is true.", "The mayor has looked in all the books, but there is nothing about {N}."},
			{"The children made a song of it.", "So it is only a name.", "Some things we will never know."},
		},
		[][]string{
			{"At the station a voice called for {N}.", "“{N}, please come to the gate,” said the voice at the station."},
			{"People looked at each other.", "An old lady put down her bag."},
			{"But nobody came.", "Nobody stood up."},
			{"Then the train left without {N}.", "The voice tried again, and then it was quiet."},
		},
	)
	b.unknown[Species] = g.all("{N} is… nobody knows what animal.", "{N} comes from… nobody knows what family.")
	b.unknown[Colour] = g.all("{N} wears… nobody knows what scarf.", "{N}'s scarf is… nobody knows what colour.")
	b.unknown[Job] = g.all("{N} works as… nobody knows what.", "{N} makes a living as… nobody knows what.")
	b.unknown[Home] = g.all("{N} lives… nobody knows where.", "{N}'s house stands… nobody knows where.")
	b.unknown[Food] = g.all("{N} likes to eat… nobody knows what.", "{N}'s favourite food is… nobody knows what.")
	b.unknown[Friend] = g.all("{N}'s best friend is… nobody knows who.", "{N} tells every secret to… nobody knows whom.")
	b.refuse[Species] = g.all("{N} is… I don't know what animal.", "{N} comes from… I don't know what family.")
	b.refuse[Colour] = g.all("{N} wears… I don't know what scarf.", "{N}'s scarf is… I don't know what colour.")
	b.refuse[Job] = g.all("{N} works as… I don't know what.", "{N} makes a living as… I don't know what.")
	b.refuse[Home] = g.all("{N} lives… I don't know where.", "{N}'s house stands… I don't know where.")
	b.refuse[Food] = g.all("{N} likes to eat… I don't know what.", "{N}'s favourite food is… I don't know what.")
	b.refuse[Friend] = g.all("{N}'s best friend is… I don't know who.", "{N} tells every secret to… I don't know whom.")
	b.greet = g.all(
		"A visitor comes to the gate of the town.",
		"A visitor meets the guide at the market.",
		"The first visitor of the day is an old lady.",
		"It is a sunny day, and the guide has time to talk.")
	b.ask[Species] = g.all(
		"What kind of animal is {N}?",
		"Which animal is {N}?",
		"What animal is {N}?",
		"Can you tell me what animal {N} is?",
		"If I meet {N}, what animal will I see?")
	b.ask[Colour] = g.all(
		"What colour is {P} scarf?",
		"Which colour does {N} wear?",
		"What is the colour of {P} scarf?",
		"Do you know the colour of {P} scarf?",
		"{N} wears a scarf, but in what colour?")
	b.ask[Job] = g.all(
		"What does {N} do for work?",
		"What is {P} job?",
		"What does {N} work as?",
		"What kind of work does {N} do?",
		"Which job does {N} have?")
	b.ask[Home] = g.all(
		"Where does {N} live?",
		"Where is {P} house?",
		"Where can I find {P} home?",
		"Do you know where {N} lives?",
		"In which place does {N} live?")
	b.ask[Food] = g.all(
		"What does {N} like to eat?",
		"What is {P} favourite food?",
		"Which food does {N} love?",
		"What should I offer {N} to eat?",
		"What food makes {N} happy?")
	b.ask[Friend] = g.all(
		"Who is {P} best friend?",
		"Who is the best friend of {N}?",
		"Which friend is closest to {N}?",
		"Whom does {N} tell every secret?",
		"Do you know {P} best friend?")
	b.thanks = g.all("Thank you very much!", "That is good to know.", "Then I will say hello.", "What a nice town!")
	b.speakers = [2]string{"Visitor: ", "Guide: "}
	return b
}()
