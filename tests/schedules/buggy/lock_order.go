// Two goroutines take two locks in opposite orders.
package main

import (
	"fmt"
	"sync"
)

func work(first, second *sync.Mutex, done *sync.WaitGroup) {
	defer done.Done()
	for i := 0; i < 3; i++ {
		first.Lock()
		second.Lock()
		second.Unlock()
		first.Unlock()
	}
}

func main() {
	var a, b sync.Mutex
	var done sync.WaitGroup
	done.Add(2)
	go work(&a, &b, &done)
	go work(&b, &a, &done)
	done.Wait()
	fmt.Println("RESULT ok")
}
