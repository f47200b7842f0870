// Goroutines count without a lock: an increment is one instruction that reads and writes.
package main

import (
	"fmt"
	"sync"
)

func main() {
	var done sync.WaitGroup
	counter := 0
	for i := 0; i < 2; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for k := 0; k < 50; k++ {
				counter++
			}
		}()
	}
	done.Wait()
	if counter == 100 {
		fmt.Println("RESULT ok")
	} else {
		fmt.Println("RESULT lost")
	}
}
