"""Games as trees and tables, read from and written to Gambit's files, and what solvers make of them."""
