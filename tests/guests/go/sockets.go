package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				line, _ := bufio.NewReader(connection).ReadString('\n')
				time.Sleep(time.Second)
				fmt.Fprintf(connection, "echo %s", line)
				connection.Close()
			}()
		}
	}()
	fmt.Println("start")
	for _, limit := range []time.Duration{500 * time.Millisecond, time.Minute} {
		connection, _ := net.Dial("tcp", listener.Addr().String())
		connection.SetReadDeadline(time.Now().Add(limit))
		fmt.Fprintln(connection, "hello")
		line, err := bufio.NewReader(connection).ReadString('\n')
		if os.IsTimeout(err) {
			fmt.Println("timed out")
		} else {
			fmt.Print(line)
		}
	}
	var forever chan int
	time.AfterFunc(2*time.Second, func() { fmt.Fprintln(os.Stderr, "leaving"); os.Exit(4) })
	<-forever
}
