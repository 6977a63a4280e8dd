using Hostlock.Tests.Support;

[assembly: TestLimit(600)]
