using Hostlock.Platform;

namespace Hostlock.Tests.Platform;

public class ProcessTreeTests
{
    // /proc/PID/stat of Linux 6.12: the size of the memory is the 23rd field, and the end of the environment the 51st.
    [Theory]
    [InlineData("8", "0", true)]
    [InlineData("8", "9", false)]
    [InlineData("0", "0", false)]
    public void A_process_with_memory_and_no_end_of_its_environment_begins_another_program(string memory, string end, bool begins)
    {
        string[] fields = [.. Enumerable.Range(3, 50).Select(field => field switch { 3 => "S", 23 => memory, 51 => end, _ => "7" })];

        Assert.Equal(begins, ProcessTree.BeginsAnother($"42 (a (b) 0 0) {string.Join(' ', fields)}\n"));
    }

    [Fact]
    public void A_process_that_runs_its_program_is_none_of_those()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has /proc");

        Assert.False(ProcessTree.BeginsAnother(File.ReadAllText("/proc/self/stat")));
    }
}
