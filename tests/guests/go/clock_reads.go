// Go reads the clock by the vDSO on stacks of its own, from many goroutines on many threads.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	fmt.Println("start")
	stood := 0
	last := time.Now()
	for i := 0; i < 20000; i++ {
		now := time.Now()
		if now.Sub(last) <= 0 {
			stood++
		}
		last = now
	}
	fmt.Println("stood still", stood, "times in the year", last.UTC().Year())

	var group sync.WaitGroup
	handed := make(chan time.Time)
	backwards := 0
	group.Add(1)
	go func() {
		defer group.Done()
		for earlier := range handed {
			if time.Now().Before(earlier) {
				backwards++
			}
		}
	}()
	for round := 0; round < 500; round++ {
		if round%100 == 0 {
			time.Sleep(100 * time.Millisecond)
		}
		handed <- time.Now()
	}
	close(handed)
	group.Wait()
	fmt.Println("handed over", backwards, "times backwards")
}
