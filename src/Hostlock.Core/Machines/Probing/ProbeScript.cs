namespace Hostlock.Machines.Probing;

/// <summary>The script by which a machine says what it runs, embedded in the program.</summary>
public static class ProbeScript
{
    /// <summary>The text of the script.</summary>
    public static string Text => Embedded.Text;

    // Read on first use: most commands ask no machine.
    static class Embedded
    {
        public static readonly string Text = MachineScript.Read("probe.sh");
    }
}
