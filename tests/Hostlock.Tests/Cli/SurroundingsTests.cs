using Hostlock.Cli;
using Hostlock.Platform;

namespace Hostlock.Tests.Cli;

public class SurroundingsTests
{
    [Fact]
    public void What_the_system_does_not_give_is_an_error_of_the_world_outside_and_no_bug()
    {
        Exception[] whys =
        [
            new IOException("no space left"), new UnauthorizedAccessException("no"), new InsufficientMemoryException(),
            new TypeInitializationException("Timers", new InsufficientMemoryException()),
        ];

        Assert.All(whys, why => Assert.Equal(ExitCode.Outside, ExitCodes.Of(Surroundings.Refusal(why)!)));
        Assert.Equal(ExitCode.BadRequest, ExitCodes.Of(Surroundings.Refusal(new DeniedException("file", new("no")))!));
        Assert.Null(Surroundings.Refusal(new InvalidOperationException()));
        Assert.Null(Surroundings.Refusal(new TypeInitializationException("Table", new InvalidOperationException())));
    }
}
