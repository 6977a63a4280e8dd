using System.Text;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Releases;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Releases;

/// <summary>Signatures are made and checked by the ssh-keygen of this machine.</summary>
[Trait("part", "programs")]
public sealed class SshSignaturesTests : IDisposable
{
    static readonly byte[] Bytes = Encoding.UTF8.GetBytes("a release\n");

    readonly TempFolder _folder = new();
    readonly PatientProcesses _processes = new();

    SshSignatures Signatures => new(_processes);

    string Key => Path.Combine(_folder.Path, "key");

    string Signers => Path.Combine(_folder.Path, "signers");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_signed_is_believed()
    {
        await AllowAsync("");

        Assert.Equal(new SignatureCheck.Counts("somebody"), await VerifyAsync(await SignAsync("hostlock-release"), Bytes));
    }

    [Fact]
    public async Task Other_bytes_are_not_believed()
    {
        await AllowAsync("");

        var signature = await SignAsync("hostlock-release");

        Assert.IsType<SignatureCheck.CountsNot>(await VerifyAsync(signature, Encoding.UTF8.GetBytes("A release\n")));
        Assert.IsType<SignatureCheck.CountsNot>(await VerifyAsync(signature, []));
    }

    [Fact]
    public async Task A_signature_for_another_purpose_is_not_believed()
    {
        await AllowAsync("");

        Assert.IsType<SignatureCheck.CountsNot>(await VerifyAsync(await SignAsync("git"), Bytes));
        Assert.IsType<SignatureCheck.CountsNot>(await VerifyAsync(await SignAsync("hostlock-receipt"), Bytes));
    }

    [Theory]
    [InlineData("valid-before=\"20200101\"")]
    [InlineData("valid-after=\"20990101\"")]
    [InlineData("namespaces=\"git\"")]
    public async Task A_key_that_may_not_sign_this_now_is_not_believed(string options)
    {
        await AllowAsync(options);

        Assert.IsType<SignatureCheck.CountsNot>(await VerifyAsync(await SignAsync("hostlock-release"), Bytes));
    }

    [Fact]
    public async Task A_key_may_stand_in_the_list_for_several_purposes_under_any_number_of_names()
    {
        await AllowAsync("");
        var key = await File.ReadAllTextAsync($"{Key}.pub", TestContext.Current.CancellationToken);
        var names = string.Join(',', Enumerable.Range(1, 20).Select(number => $"name{number}"));
        await File.WriteAllTextAsync(
            Signers, $"{names} namespaces=\"git\" {key}\n# more\nsomebody namespaces=\"hostlock-release\" {key}",
            TestContext.Current.CancellationToken);

        Assert.Equal(new SignatureCheck.Counts("somebody"), await VerifyAsync(await SignAsync("hostlock-release"), Bytes));
    }

    [Fact]
    public async Task What_does_not_count_does_not_for_a_reason()
    {
        await AllowAsync("namespaces=\"git\"");

        Assert.Equal(
            new SignatureCheck.CountsNot("its key may not sign this (somebody)"),
            await VerifyAsync(await SignAsync("hostlock-release"), Bytes));
        Assert.Equal(
            new SignatureCheck.CountsNot("it is of something else"), await VerifyAsync(await SignAsync("hostlock-release"), [1]));
    }

    [Fact]
    public async Task A_key_that_was_taken_out_is_not_believed()
    {
        await AllowAsync("");
        var signature = await SignAsync("hostlock-release");
        await File.WriteAllTextAsync(Signers, "", TestContext.Current.CancellationToken);

        Assert.IsType<SignatureCheck.CountsNot>(await VerifyAsync(signature, Bytes));
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_an_error()
    {
        var why = await Assert.ThrowsAsync<ReleaseException>(() => SignAsync("hostlock-release"));

        Assert.StartsWith("ssh-keygen does not sign with", why.Message, StringComparison.Ordinal);
    }

    async Task AllowAsync(string options)
    {
        var made = await _processes.RunAsync(
            ProcessRequest.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", Key), TestContext.Current.CancellationToken);
        Assert.True(made.Succeeded, made.Errors);
        var key = await File.ReadAllTextAsync($"{Key}.pub", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Signers, $"somebody {options} {key}", TestContext.Current.CancellationToken);
    }

    Task<SshSignature> SignAsync(string purpose) =>
        Signatures.SignAsync(Key, purpose, Bytes, TestContext.Current.CancellationToken);

    async Task<SignatureCheck> VerifyAsync(SshSignature signature, byte[] bytes) =>
        await new AllowedSigners(_processes, File.ReadAllBytes(Signers), _folder["scratch"]).CheckAsync(
            bytes, signature.Armour(), ReleaseManifest.Namespace, TestContext.Current.CancellationToken);
}
