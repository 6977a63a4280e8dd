namespace Hostlock.Cli;

/// <summary>The flakes that a command is about, if the user is in none of several in a repository.</summary>
enum FlakeReach
{
    /// <summary>The command needs no flake, or finds it by itself.</summary>
    None,

    /// <summary>The one that has all that the line names. If several have it, the user says which.</summary>
    One,

    /// <summary>As <see cref="One"/>, and hosts are machines: a flake that has no more than a home of one is not meant.</summary>
    Machines,

    /// <summary>As <see cref="Machines"/>; a line that names no host means this machine.</summary>
    ThisMachine,

    /// <summary>All that have what the line names, one after the other. If one fails, the others still have their turn.</summary>
    Each,

    /// <summary>As <see cref="Each"/>, and a flake that has no more than homes is left out if another one has systems.</summary>
    EachWithMachines,

    /// <summary>All that have what the line names. All of them are written at once. If one fails, nothing is written.</summary>
    Together,
}
