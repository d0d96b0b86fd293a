using System.Runtime.InteropServices;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using NumCnn.Conformance.Host;
using Xunit;

namespace NumCnn.Conformance;

/// <summary>
/// RyuJIT stops optimising a method, without a word, beyond 60,000 bytes of IL or 2,000 locals, and stops inlining near 512
/// locals. Every generated method of the corpus is read from its assembly and held below that.
/// </summary>
public class CodeBudgetTests
{
    private const int LargestCode = 60_000, MostLocals = 512;

    [Fact]
    public void Every_generated_method_stays_within_the_budget_of_the_just_in_time_compiler()
    {
        int methods = 0;
        var faults = new List<string>();
        foreach (CompiledNetworks assembly in CorpusNetworks.All)
        {
            using var image = new PEReader(ImmutableCollectionsMarshal.AsImmutableArray(assembly.Image));
            MetadataReader metadata = image.GetMetadataReader();
            foreach (MethodDefinition method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).Where(static method => method.RelativeVirtualAddress != 0))
            {
                MethodBodyBlock body = image.GetMethodBody(method.RelativeVirtualAddress);
                int locals = body.LocalSignature.IsNil ? 0 : metadata.GetBlobReader(metadata.GetStandaloneSignature(body.LocalSignature).Signature) is var blob ? CountLocals(ref blob) : 0;
                int code = body.GetILBytes()!.Length;
                methods++;
                if (code >= LargestCode || locals >= MostLocals)
                {
                    string type = metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name);
                    faults.Add($"{type}.{metadata.GetString(method.Name)}: {code} bytes of IL, {locals} locals");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));

        // at least a forward and a backward method a network: the corpus was really read
        Assert.True(methods > 4 * CorpusNetwork.All.Count, $"Only {methods} methods.");
    }

    private static int CountLocals(ref BlobReader signature)
    {
        signature.ReadSignatureHeader();
        return signature.ReadCompressedInteger();
    }

}
