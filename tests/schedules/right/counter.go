// Goroutines count under a lock.
package main

import (
	"fmt"
	"sync"
)

func main() {
	var done sync.WaitGroup
	var lock sync.Mutex
	counter := 0
	for i := 0; i < 2; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for k := 0; k < 50; k++ {
				lock.Lock()
				counter++
				lock.Unlock()
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
