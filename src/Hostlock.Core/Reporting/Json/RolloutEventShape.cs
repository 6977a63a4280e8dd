using Hostlock.Machines;
using Hostlock.Rollouts;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The shape of the events that <c>rollout</c> and <c>tick</c> print, an object a line, as the journal has them.</summary>
public static class RolloutEventShape
{
    /// <summary>The members of the rule of a ring.</summary>
    internal static JsonMember[] Rule =>
    [
        Member("name", AnyText, "The name of the ring"),
        Member("soak", Count, "How long the hosts before must have run the system, in seconds"),
        Member("parallel", Count, "How many hosts may be at risk at once"),
        Member("maxFailed", Count, "How many hosts may fail"),
        Member("maxAbsent", Count, "How many hosts may be out of reach, if that is bounded").IfAny,
        Member("window", AnyText, "The hours in which its hosts may be changed, if there are any").IfAny,
        Member("approve", YesOrNo, "True if a person has to approve it"),
    ];

    /// <summary>The shape of one event.</summary>
    public static JsonShape Shape => EitherOf(
        Event(
            "opened",
            "The rollout was planned, and begins",
            Member("id", AnyText, "The id of the rollout"),
            Member("action", WordsOf<RolloutAction>(), "The command that began it"),
            Member("from", AnyText, "The host whose lock goes through the rings").IfAny,
            Member("commit", WholeRevision, "The commit that has all locks").IfAny,
            Member("base", WholeRevision, "The commit that it was made from").IfAny,
            Member("rings", ListOf(Object([.. Rule, Member("hosts", ListOf(Plan), "The hosts of the ring")])), "The rings"),
            Member("groups", ListOf(Object(
                Member("name", AnyText, "The name of the group"),
                Member("parallel", Count, "How many of its hosts may be at risk at once"),
                Member("hosts", Texts, "Its hosts"))), "Hosts that must not be at risk together")),
        Event("approved", "A person, or an option, said that machines may be changed", By),
        Event(
            "ringApproved",
            "A person said that a ring may begin",
            Ring,
            By,
            Member("proof", WholeRevision, "The commit or tag that says so, if one does").IfAny),
        Event(
            "ringOpened",
            "The locks of a ring were written, and its hosts may get their systems",
            Ring,
            Member("commit", WholeRevision, "The commit with its locks, if one was made").IfAny),
        Event(
            "held",
            "A host is held, or no longer",
            Host,
            Member("why", AnyText, "Why it is passed by; missing if it is held no more").IfAny),
        Event("retried", "A person said that the host is to get its system once more", Host),
        Event("began", "A step is about to be taken", Host, StepMember),
        Event(
            "ended",
            "The step is over",
            Host,
            StepMember,
            Member("exitCode", AnyNumber, "The exit code of the command, if one was run").IfAny,
            Member("note", AnyText, "What happened, in words").IfAny,
            Member("wrongMachine", YesOrNo, "True if another machine answered").IfAny,
            Member("deferred", YesOrNo, "True if nothing was begun, because the agent of the machine is suspended").IfAny,
            Member("verdict", WordsOf<Verdict>(), "What the gates say together, after a check").IfAny,
            Member("gates", ListOf(Object(
                Member("name", AnyText, "The gate"),
                Member("verdict", WordsOf<Verdict>(), "What it says"),
                Member("said", AnyText, "Its words"))), "The gates that were asked").IfAny,
            Member("facts", Facts, "What the machine said").IfAny),
        Event(
            "decided",
            "A person decided what the gates could not",
            Host,
            Member("verdict", WordsOf<Verdict>(), "What the person decided")),
        Event("restored", "The lock of the system that a host went back to is in the repository again", Host),
        Event("stopped", "No other host begins; those at risk are finished", Member("why", AnyText, "The reason")),
        Event("resumed", "The rollout goes on", Member("checked", YesOrNo, "False if systems are kept without a look at the gates")));

    static JsonShape Event(string word, string meaning, params JsonMember[] members) => Object(
        [
            Member("at", AnyText, "When it happened, in ISO 8601"),
            Member("event", OneWord(word), meaning),
            .. members,
        ]);

    static JsonMember By => Member("by", AnyText, "Who approved, if that is known").IfAny;

    static JsonMember Ring => Member("ring", AnyText, "The ring");

    static JsonMember Host => Member("host", AnyText, "The host");

    static JsonMember StepMember => Member("step", WordsOf<Step>(), "The step");

    static JsonShape Plan => Object(
        Member("host", AnyText, "The host"),
        Member("target", Store, "The system that it gets"),
        Member("activation", WordsOf<Activation>(), "How it gets it"),
        Member("engine", AnyText, "What switches it"),
        Member("trial", Count, "The silence after which it goes back by itself, in seconds"),
        Member("checked", YesOrNo, "False if the system is kept without a look at the gates"),
        Member("lock", AnyText, "The SHA-256 of its lock, if that is known").IfAny,
        Member("after", Texts, "The hosts that come before it, if there are any").IfAny);

    static JsonShape Facts => Object(
        Member("running", Store.OrNull, "The system that runs"),
        Member("system", Store.OrNull, "The system of its profile"),
        Member("next", Store.OrNull, "The system that boots next"),
        Member("machine", AnyText.OrNull, "The id of the machine"),
        Member("boot", AnyText.OrNull, "The id of its boot"),
        Member("switching", YesOrNo, "True if a switch is under way").IfAny,
        Member("hasTarget", YesOrNo, "True if it has the system in its store").IfAny,
        Member("inhibited", YesOrNo, "True if it would refuse to switch").IfAny,
        Member("trial", AnyText, "The id of a switch that is not over").IfAny,
        Member("fired", AnyText, "The id of a switch that the silence timer took back").IfAny,
        Member("failedUnits", Texts, "Units that failed, if they are known").IfAny,
        Member("reboot", AnyText, "What only a reboot changes").IfAny,
        Member("generation", AnyNumber, "The number of its generation").IfAny,
        Member("power", WordsOf<RootPower>(), "How its user becomes root"));
}
