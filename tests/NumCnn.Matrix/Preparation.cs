using System.Reflection;
using System.Runtime.CompilerServices;

namespace NumCnn.Matrix;

/// <summary>Has every kernel of an assembly compiled to machine code without running it, for tests that read its disassembly.</summary>
internal static class Preparation
{
    public static void Run(string path)
    {
        const BindingFlags Kernels = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (Type type in Assembly.LoadFrom(path).GetTypes().Where(static type => typeof(INetwork<float>).IsAssignableFrom(type)))
        {
            foreach (MethodInfo method in type.GetMethods(Kernels).Where(static method => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization)))
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
        }
    }
}
