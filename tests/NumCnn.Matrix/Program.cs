using NumCnn.Matrix;

// The tests of machine code ask for an assembly's kernels to be compiled, nothing more.
if (args is ["prepare", var assembly])
{
    Preparation.Run(assembly);
    return;
}

// Trains each network for a few steps and prints a line: what it is called, which kernels it took, hashes of its outputs,
// gradients and weights, and the numbers themselves. The tests run this under several settings of the runtime and compare.
MatrixRun.Print(new LeNet5());
MatrixRun.Print(new SmallResnet());
MatrixRun.Print(new SmallMobilenet());
MatrixRun.Print(new SmallUnet());
MatrixRun.Print(new Autoencoder());
MatrixRun.Print(new Tiny());
MatrixRun.Print(new Conv2d17To33());
MatrixRun.Print(new Conv2dColumns33());
MatrixRun.Print(new Conv2dGroupsWide());
MatrixRun.Print(new Conv2dWinogradShape());
MatrixRun.Print(new Conv2dWinogradEdges());
MatrixRun.Print(new Conv2dWinogradSmall());
MatrixRun.Print(new Conv2dWinogradResidual());
MatrixRun.Print(new ConvTranspose2dWide());
MatrixRun.Print(new LinearManyInputs());
MatrixRun.Print(new LayerNormImage());
MatrixRun.Print(new SoftmaxChannels20());
MatrixRun.Print(new LogSoftmaxFeatures());
MatrixRun.Print(new GeluSweep());
MatrixRun.Print(new MishSweep());
MatrixRun.Print(new TanhNetwork());
MatrixRun.Print(new SeluNetwork());
MatrixRun.Print(new Mixed());
MatrixRun.Print(new Large());
MatrixRun.Print(new LargeWinograd());
