using System.Text;

namespace Hostlock.Machines.Probing;

/// <summary>The script that a machine runs to say what it runs, embedded in the program.</summary>
public static class ProbeScript
{
    /// <summary>The text of the script.</summary>
    public static string Text => Embedded.Text;

    // Read on first use: most commands ask no machine.
    static class Embedded
    {
        public static readonly string Text = Read();

        static string Read()
        {
            using var stream = typeof(ProbeScript).Assembly.GetManifestResourceStream("probe.sh")!;
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
    }
}
