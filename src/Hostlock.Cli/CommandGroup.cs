namespace Hostlock.Cli;

/// <summary>The purpose of a command, in the list of commands.</summary>
enum CommandGroup
{
    /// <summary>Beginning with hostlock, and leaving it.</summary>
    Start,

    /// <summary>Commands that are typed every day.</summary>
    EveryDay,

    /// <summary>Looking at locks without changing anything.</summary>
    Look,

    /// <summary>Commands about machines.</summary>
    Machines,

    /// <summary>Earlier locks, and what broke.</summary>
    History,

    /// <summary>Settings of hosts and inputs.</summary>
    Settings,

    /// <summary>Commands that other programs call.</summary>
    Plumbing,
}

/// <summary>The titles of groups of commands.</summary>
static class CommandGroups
{
    /// <summary>The title of a group.</summary>
    public static string Title(this CommandGroup group) => group switch
    {
        CommandGroup.Start => "Start",
        CommandGroup.EveryDay => "Every day",
        CommandGroup.Look => "Look",
        CommandGroup.Machines => "Machines",
        CommandGroup.History => "History",
        CommandGroup.Settings => "Settings",
        CommandGroup.Plumbing => "Plumbing",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
