using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching;

/// <summary>An indirect reference is looked up in the user's registry first, then in the system's, then in the global one.</summary>
public sealed class RegistriesTests : IDisposable
{
    const string Global = "https://registry.test/registry.json";

    readonly TempFolder _folder = new();
    readonly Wire _wire = new();

    public void Dispose()
    {
        _folder.Dispose();
        _wire.Dispose();
    }

    [Theory]
    [InlineData("a", "github:user/a")]
    [InlineData("b", "github:system/b")]
    [InlineData("c", "github:global/c")]
    public async Task The_nearest_registry_that_knows_a_name_says_what_it_is(string name, string expected)
    {
        WriteAll();

        Assert.Equal(expected, await ResolveAsync(name, RegistryScope.All));
    }

    [Fact]
    public async Task An_input_asks_the_global_registry_alone()
    {
        WriteAll();

        Assert.Equal("github:global/a", await ResolveAsync("a", RegistryScope.Limited));
    }

    [Fact]
    public async Task What_leads_to_another_name_is_followed_to_its_end()
    {
        Write("home/.config/nix/registry.json", ("a", "flake:b"), ("b", "flake:c"));
        _wire.Text = Registry(("c", "github:global/c"));

        Assert.Equal("github:global/c", await ResolveAsync("a", RegistryScope.All));
    }

    [Fact]
    public async Task Names_in_a_circle_are_an_error()
    {
        Write("home/.config/nix/registry.json", ("a", "flake:b"), ("b", "flake:a"));

        await Assert.ThrowsAsync<FetchException>(() => ResolveAsync("a", RegistryScope.All));
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_an_error_that_names_it()
    {
        var error = await Assert.ThrowsAsync<FetchException>(() => ResolveAsync("nothing", RegistryScope.All));

        Assert.Contains("nothing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_global_registry_is_asked_once_and_only_for_names()
    {
        _wire.Text = Registry(("c", "github:global/c"), ("d", "github:global/d"));
        using var downloads = Downloads();
        var registries = new Registries(Settings(), downloads, Global);

        await registries.ResolveAsync(Reference("github:acme/a"), RegistryScope.All);
        Assert.Equal(0, _wire.Asked);

        await registries.ResolveAsync(Reference("c"), RegistryScope.All);
        await registries.ResolveAsync(Reference("d"), RegistryScope.Limited);
        Assert.Equal(1, _wire.Asked);
    }

    [Fact]
    public async Task Registries_that_are_turned_off_are_not_asked()
    {
        WriteAll();
        _folder.Write("system/nix.conf", "use-registries = false\n");

        await Assert.ThrowsAsync<FetchException>(() => ResolveAsync("a", RegistryScope.All));
        Assert.Equal(0, _wire.Asked);
    }

    [Fact]
    public async Task A_registry_that_makes_no_sense_is_passed_over_with_a_warning()
    {
        _folder.Write("system/registry.json", "{ \"version\": 3 }");
        _wire.Text = Registry(("c", "github:global/c"));
        using var downloads = Downloads();
        var registries = new Registries(Settings(), downloads, Global);

        await registries.ResolveAsync(Reference("c"), RegistryScope.All);
        var error = await Assert.ThrowsAsync<FetchException>(() => registries.ResolveAsync(Reference("nothing"), RegistryScope.All));

        var warning = Assert.Single(registries.Warnings).Message;
        Assert.Equal($"cannot read flake registry '{_folder["system/registry.json"]}': it has unsupported version 3", warning);
        Assert.Equal(warning, error.Hint);
    }

    void WriteAll()
    {
        Write("home/.config/nix/registry.json", ("a", "github:user/a"));
        Write("system/registry.json", ("a", "github:system/a"), ("b", "github:system/b"));
        _wire.Text = Registry(("a", "github:global/a"), ("b", "github:global/b"), ("c", "github:global/c"));
    }

    void Write(string file, params ReadOnlySpan<(string Id, string To)> entries) => _folder.Write(file, Registry(entries));

    static string Registry(params ReadOnlySpan<(string Id, string To)> entries)
    {
        var flakes = new List<string>();
        foreach (var (id, to) in entries)
            flakes.Add($$"""{ "from": { "type": "indirect", "id": "{{id}}" }, "to": {{Reference(to).Input}} }""");
        return $$"""{ "version": 2, "flakes": [ {{string.Join(", ", flakes)}} ] }""";
    }

    async Task<string> ResolveAsync(string reference, RegistryScope scope)
    {
        using var downloads = Downloads();
        return (await new Registries(Settings(), downloads, Global).ResolveAsync(Reference(reference), scope)).ToString();
    }

    static FlakeRef Reference(string text) => FlakeRef.ParseInput(text, wantsTree: true, null, null);

    HttpDownloads Downloads() => new(() => _wire, Settings(), TimeProvider.System);

    NixSettings Settings() =>
        NixSettings.Read(
            new Dictionary<string,
            string>
            { ["HOME"] = _folder["home"], ["NIX_CONF_DIR"] = _folder["system"], ["XDG_CONFIG_DIRS"] = _folder["none"] });

    /// <summary>The server of the global registry.</summary>
    sealed class Wire : HttpMessageHandler
    {
        public string Text { get; set; } = Registry();

        public int Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent(Text) });
        }
    }
}
