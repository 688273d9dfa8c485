import CommandLineInterface

runAtelier()
