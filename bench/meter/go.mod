module ameide.io/process/bench/meter

go 1.26.0
