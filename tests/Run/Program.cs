using NumCnn.TestRun;

// dotnet run -c Release --project tests/Run               every test project; last a line "N passed, N failed"
// dotnet run -c Release --project tests/Run -- NAME…      the projects of these names
// dotnet run -c Release --project tests/Run -- accept     what snapshots and checked pages have become is taken as right
string root = SourceTree.FindRoot();
return args is ["accept"] ? await Acceptance.RunAsync(root) : await TestRun.RunAsync(root, args);
